import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import type { KubeConnection } from "../../../operator/runtime/kube-connection.ts";

/** A request as the proxy saw it. */
export interface SeenRequest {
  method: string;
  /** Without query. */
  path: string;
  query: URLSearchParams;
}

/** What the proxy does instead of passing a request on. */
export type Fault =
  | { status: number; body?: object; retryAfterSeconds?: number }
  /** The connection ends without an answer. */
  | "cut"
  /** No answer, the connection stays. */
  | "hang"
  /** It is carried out, and the answer is lost. */
  | "lose answer";

/**
 * Plain HTTP in front of the API server, which sees each request, and answers or breaks those it is told to. Between a
 * program and this proxy there is no TLS, so a fault can be put at a request rather than at a byte.
 */
export interface FaultProxy {
  readonly connection: KubeConnection;
  /** All requests since the proxy was opened, in order. */
  readonly seen: readonly SeenRequest[];
  /** The writes among them. */
  writes(): SeenRequest[];
  /** Asked for every request from now on. */
  interfere(fault: (request: SeenRequest) => Fault | null): void;
  /** Resets the connections of the open watches of this kind, or of all; gives how many there were. */
  cutWatches(plural?: string): number;
  /** Open watches, and new ones, bring nothing more and stay open. */
  stallWatches(): void;
  /** No fault any more. What stalled stays stalled. */
  heal(): void;
  close(): Promise<void>;
}

export async function openFaultProxy(upstream: KubeConnection): Promise<FaultProxy> {
  const seen: SeenRequest[] = [];
  const watches = new Set<{ path: string; to: ServerResponse; stalled: boolean }>();
  let faultOf: (request: SeenRequest) => Fault | null = () => null;
  let stalled = false;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", upstream.server);
    const one = { method: request.method ?? "", path: url.pathname, query: url.searchParams };
    seen.push(one);
    const fault = faultOf(one);
    if (fault === "hang") return;
    if (fault === "cut") return void request.socket.resetAndDestroy();
    if (fault !== null && fault !== "lose answer") return answer(response, fault);
    const { headers, agent } = await upstream.credentials();
    const { host: _host, connection: _connection, ...passed } = request.headers;
    const send = url.protocol === "http:" ? httpRequest : httpsRequest;
    const onward = send(url, { method: one.method, agent, headers: { ...passed, ...headers } });
    request.pipe(onward);
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    onward.on("response", (from) => {
      if (fault === "lose answer") {
        from.resume();
        request.socket.resetAndDestroy();
        return;
      }
      response.writeHead(from.statusCode ?? 502, from.headers);
      response.flushHeaders();
      if (one.query.has("watch")) carryWatch(one.path, from, response);
      else from.pipe(response);
    });
  }

  function carryWatch(path: string, from: IncomingMessage, to: ServerResponse): void {
    const watch = { path, to, stalled };
    watches.add(watch);
    from.on("data", (part) => {
      if (!watch.stalled) to.write(part);
    });
    from.on("end", () => {
      if (!watch.stalled) to.end();
    });
    from.on("error", () => to.destroy());
    to.on("close", () => watches.delete(watch));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const agent = new Agent({ keepAlive: true });

  return {
    connection: {
      server: new URL(`http://127.0.0.1:${address.port}`),
      namespace: upstream.namespace,
      credentials: async () => ({ headers: {}, agent }),
      expireCredentials: () => {},
      close: () => agent.destroy(),
    },
    seen,
    writes: () => seen.filter(({ method }) => method !== "GET"),
    interfere(fault) {
      faultOf = fault;
    },
    cutWatches(plural = "") {
      const cut = [...watches].filter(({ path }) => path.endsWith(plural));
      for (const { to } of cut) to.socket?.resetAndDestroy();
      return cut.length;
    },
    stallWatches() {
      stalled = true;
      for (const watch of watches) watch.stalled = true;
    },
    heal() {
      faultOf = () => null;
      stalled = false;
    },
    async close() {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, fault: Exclude<Fault, string>): void {
  const body = JSON.stringify(
    fault.body ?? { kind: "Status", apiVersion: "v1", status: "Failure", code: fault.status },
  );
  const headers = fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) };
  response.writeHead(fault.status, { "content-type": "application/json", ...headers }).end(body);
}
