import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";

/** A server of a test, on a free port of the loopback interface; disposing it cuts its connections. */
export interface LoopbackServer extends AsyncDisposable {
  url: URL;
  /** What was asked of it, in order. */
  requests: IncomingMessage[];
}

/** Serves a test's own answers. */
export async function serve(answer: RequestListener): Promise<LoopbackServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a server on a port has an address and a port");
  return {
    url: new URL(`http://127.0.0.1:${address.port}/`),
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Serves JSON bodies by path (without query); an ETag makes an unchanged one a 304, as most feeds do. */
export function serveBodies(bodies: Record<string, unknown>): Promise<LoopbackServer> {
  return serve((request, response) =>
    answerJson(request, response, bodies[new URL(request.url!, "http://a").pathname]),
  );
}

/** Answers with a body as JSON, 404 for undefined. */
export function answerJson(request: IncomingMessage, response: ServerResponse, body: unknown): void {
  if (body === undefined) {
    response.writeHead(404).end();
    return;
  }
  const json = typeof body === "string" ? body : JSON.stringify(body);
  const etag = `"${createHash("sha256").update(json).digest("hex")}"`;
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { "content-type": "application/json", etag }).end(json);
}
