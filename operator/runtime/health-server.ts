import { createServer, type ServerResponse } from "node:http";
import type { Registry } from "prom-client";

/** Null: all is well; else why not, in one line. */
export type HealthCheck = () => string | null;

export interface HealthServerSettings {
  /** 0 takes a free one. */
  port: number;
  /** All interfaces without it: the kubelet and Prometheus come from outside the pod. */
  host?: string;
  /** Fails: the kubelet restarts the process. Only for what a restart can mend. */
  alive: HealthCheck;
  /** Fails: not (yet) at work. A standby is ready. */
  ready: HealthCheck;
  registry: Registry;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `/healthz`, `/readyz` and `/metrics` by GET. Rejects when the port is taken. */
export async function startHealthServer(settings: HealthServerSettings): Promise<HealthServer> {
  const { alive, ready, registry } = settings;
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?", 1)[0];
    if (path === "/healthz") return sendCheck(response, alive());
    if (path === "/readyz") return sendCheck(response, ready());
    if (path === "/metrics") return void sendMetrics(response, registry);
    send(response, 404, "text/plain; charset=utf-8", "not found: /healthz, /readyz and /metrics are here\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port, settings.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : settings.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function sendCheck(response: ServerResponse, problem: string | null): void {
  send(response, problem === null ? 200 : 503, "text/plain; charset=utf-8", `${problem ?? "ok"}\n`);
}

async function sendMetrics(response: ServerResponse, registry: Registry): Promise<void> {
  try {
    send(response, 200, registry.contentType, await registry.metrics());
  } catch (error) {
    send(response, 500, "text/plain; charset=utf-8", `metrics can't be collected: ${String(error)}\n`);
  }
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body) }).end(body);
}
