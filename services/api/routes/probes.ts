import { Type } from "typebox";
import type { ApiDeps, ApiServer } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { errorResponses } from "../schema/error.ts";

/** `/healthz`: the process answers. `/readyz`: it can do its work. `/metrics`: Prometheus text format. */
export function probeRoutes(app: ApiServer, { ready, metrics, version }: ApiDeps): void {
  app.get(
    "/healthz",
    {
      schema: {
        summary: "The process answers",
        tags: ["service"],
        response: {
          200: Type.Object({ status: Type.Literal("ok"), version: Type.String() }, { description: "It does" }),
        },
      },
    },
    async () => ({ status: "ok" as const, version }),
  );

  app.get(
    "/readyz",
    {
      schema: {
        summary: "The service can do its work",
        tags: ["service"],
        response: {
          200: Type.Object({ ready: Type.Literal(true) }, { description: "It can" }),
          ...errorResponses("not_ready"),
        },
      },
    },
    async () => {
      const state = ready();
      if (!state.ready) throw new ApiError("not_ready", state.cause ?? "the service is starting");
      return { ready: true as const };
    },
  );

  app.get(
    "/metrics",
    {
      schema: {
        summary: "Metrics in the Prometheus text format",
        tags: ["service"],
        response: {
          200: { description: "Metrics", content: { "text/plain": { schema: Type.String() } } },
        },
      },
    },
    async (_request, reply) => {
      reply.type(metrics.registry.contentType);
      return metrics.registry.metrics();
    },
  );
}
