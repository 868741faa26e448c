import type { Metrics } from "../metrics/metrics.ts";
import type { ApiServer } from "./deps.ts";

/** Counts and times every answer by its route's template, so that ids do not become labels. */
export function countRequests(app: ApiServer, metrics: Metrics): void {
  app.addHook("onResponse", async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? "unmatched";
    metrics.httpRequests.inc({ method, route, status: reply.statusCode });
    metrics.httpDuration.observe({ method, route }, reply.elapsedTime / 1000);
  });
}
