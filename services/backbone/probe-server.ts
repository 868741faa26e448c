import { createServer } from "node:http";
import type { Metrics } from "../metrics/metrics.ts";
import type { Readiness } from "./readiness.ts";

export interface Probes {
  url: string;
  /** What a further path answers as JSON from now on; 503 with the reason when asking fails. */
  answerAt(path: string, ask: () => Promise<unknown>): void;
  close(): Promise<void>;
}

/** `/healthz`, `/readyz` (503 with the cause) and `/metrics` of a process without an API. */
export async function startProbes(
  { host, port }: { host: string; port: number },
  metrics: Metrics,
  readiness: Readiness,
): Promise<Probes> {
  const asked = new Map<string, () => Promise<unknown>>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://probes").pathname;
    if (path === "/metrics") {
      metrics.registry.metrics().then(
        (text) => response.writeHead(200, { "content-type": metrics.registry.contentType }).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
      return;
    }
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const ask = asked.get(path);
    if (ask !== undefined) {
      ask().then(
        (body) => answer(200, body),
        (error: unknown) => answer(503, { error: error instanceof Error ? error.message : String(error) }),
      );
      return;
    }
    const state = readiness.state();
    const answers: Record<string, [number, unknown]> = {
      "/healthz": [200, { status: "ok" }],
      "/readyz": [state.ready ? 200 : 503, state],
    };
    const known = ["/healthz", "/readyz", "/metrics", ...asked.keys()];
    const [status, body] = answers[path] ?? [404, { error: `there are ${known.join(", ")}` }];
    answer(status, body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host}:${bound}`,
    answerAt: (path, ask) => asked.set(path, ask),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
