import { createServer } from "node:http";
import type { Metrics } from "../metrics/metrics.ts";
import type { Readiness } from "./readiness.ts";

/** `/healthz`, `/readyz` (503 with the cause) and `/metrics` of a process without an API. */
export async function startProbes(
  { host, port }: { host: string; port: number },
  metrics: Metrics,
  readiness: Readiness,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://probes").pathname;
    if (path === "/metrics") {
      metrics.registry.metrics().then(
        (text) => response.writeHead(200, { "content-type": metrics.registry.contentType }).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
      return;
    }
    const state = readiness.state();
    const answers: Record<string, [number, unknown]> = {
      "/healthz": [200, { status: "ok" }],
      "/readyz": [state.ready ? 200 : 503, state],
    };
    const [status, body] = answers[path] ?? [404, { error: "there are /healthz, /readyz and /metrics" }];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
