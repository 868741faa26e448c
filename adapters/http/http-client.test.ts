import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { HttpClient, type HttpSettings } from "./http-client.ts";
import { serve } from "./loopback-server.ts";
import { SourceError } from "./source-error.ts";

const now = Date.UTC(2024, 10, 8, 15);
const never = new AbortController().signal;

function get(url: URL, settings: HttpSettings = {}) {
  return new HttpClient(url, settings).get(url, null, now, never);
}

async function failure(answer: Promise<unknown>): Promise<SourceError> {
  const error = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof SourceError) return error;
  throw new Error(`expected a SourceError, got ${error}`);
}

test("a body is fetched with our name, and gunzipped", async () => {
  await using server = await serve((_, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("[1, 2]"));
  });
  expect(await get(server.url)).toMatchObject({ kind: "body", body: "[1, 2]", complete: true });
  const { headers } = server.requests[0]!;
  expect(headers["user-agent"]).toMatch(/^velib-operator\/\d+\.\d+\.\d+ \(.+\)$/);
  expect(headers["accept-encoding"]).toContain("gzip");
});

test("validators are sent back, and a 304 says that nothing changed", async () => {
  await using server = await serve((request, response) => {
    if (request.headers["if-none-match"] === '"a"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"a"', "last-modified": "Fri, 08 Nov 2024 15:00:00 GMT" }).end("[]");
  });
  const first = await get(server.url);
  if (first.kind !== "body") throw new Error("expected a body");
  const second = await new HttpClient(server.url).get(server.url, first.validators, now, never);
  expect(second).toEqual({ kind: "unchanged" });
  expect(server.requests[1]!.headers["if-modified-since"]).toBe("Fri, 08 Nov 2024 15:00:00 GMT");
});

test("a 304 that was not asked for is a failure", async () => {
  await using server = await serve((_, response) => response.writeHead(304).end());
  expect(await failure(get(server.url))).toMatchObject({ code: "VELIB_SOURCE_HTTP_STATUS", status: 304 });
});

test.each([
  ["that sends no headers", () => {}],
  [
    "whose body stalls",
    (response: import("node:http").ServerResponse) => response.writeHead(200, { "content-length": 9 }).write("[1,"),
  ],
])("a server %s runs into the timeout", async (_, answer) => {
  await using server = await serve((_request, response) => void answer(response));
  const error = await failure(get(server.url, { timeoutMs: 100 }));
  expect(error).toMatchObject({ code: "VELIB_SOURCE_TIMEOUT", retryable: true });
  expect(error.message).toContain("within 0.1 s");
});

test("a caller that gives up gets its own reason", async () => {
  const reason = new Error("shutting down");
  const caller = new AbortController();
  await using server = await serve(() => caller.abort(reason));
  await expect(new HttpClient(server.url).get(server.url, null, now, caller.signal)).rejects.toBe(reason);
  await expect(new HttpClient(server.url).get(server.url, null, now, caller.signal)).rejects.toBe(reason);
  expect(server.requests).toHaveLength(1);
});

test("a connection that breaks off within the body gives what came, as incomplete", async () => {
  await using server = await serve((_, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write('[{"a": 1},', () => response.socket?.end());
  });
  expect(await get(server.url)).toMatchObject({ kind: "body", body: '[{"a": 1},', complete: false });
});

test("a connection that breaks off before the body is a failure", async () => {
  await using server = await serve((request) => request.socket.destroy());
  expect(await failure(get(server.url))).toMatchObject({ code: "VELIB_SOURCE_UNREACHABLE", status: null });
});

test("nobody listening is a failure that names the cause", async () => {
  const url = await serve(() => {}).then(async (server) => {
    await server[Symbol.asyncDispose]();
    return server.url;
  });
  const error = await failure(get(url));
  expect(error.code).toBe("VELIB_SOURCE_UNREACHABLE");
  expect(error.message).toMatch(/ECONNREFUSED.*check the address/);
});

test.each([
  ["announced", { "content-length": "2000" }, Buffer.alloc(2000, 32)],
  ["not announced", {}, Buffer.alloc(2000, 32)],
  ["small until it is decompressed", { "content-encoding": "gzip" }, gzipSync(Buffer.alloc(1_000_000, 32))],
])("a body over the limit is refused: %s", async (_, headers, body) => {
  await using server = await serve((_request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  expect(await failure(get(server.url, { maxBytes: 1024 }))).toMatchObject({ code: "VELIB_SOURCE_TOO_LARGE" });
});

test.each([
  ["seconds", { "retry-after": "30" }, 30_000],
  [
    "a date, by the server's clock",
    { date: "Fri, 08 Nov 2024 10:00:00 GMT", "retry-after": "Fri, 08 Nov 2024 10:01:00 GMT" },
    60_000,
  ],
  ["nothing", {}, null],
])("429 carries how long to wait: %s", async (_, headers, expected) => {
  await using server = await serve((_request, response) => {
    response.sendDate = false;
    response.writeHead(429, headers).end('{"error_code": "TooManyRequests", "message": "slow\\ndown"}');
  });
  const error = await failure(get(server.url));
  expect(error).toMatchObject({ code: "VELIB_SOURCE_HTTP_STATUS", status: 429, retryAfterMs: expected });
  expect(error.message).toContain("answered 429: TooManyRequests: slow down");
});

test("the text of an error is bounded", async () => {
  await using server = await serve((_, response) => response.writeHead(500).end("x".repeat(1_000_000)));
  const error = await failure(get(server.url));
  expect(error).toMatchObject({ code: "VELIB_SOURCE_HTTP_STATUS", status: 500, retryable: true });
  expect(error.message.length).toBeLessThan(400);
});

test.each([
  ["in a circle", "/", "VELIB_SOURCE_UNREACHABLE"],
  ["to a file", "file:///etc/hostname", "VELIB_SOURCE_HTTP_STATUS"],
])("a redirect %s is a failure", async (_, location, code) => {
  await using server = await serve((_request, response) => response.writeHead(301, { location }).end());
  expect(await failure(get(server.url))).toMatchObject({ code });
});

test("a user and password of the address authenticate and are never shown, nor is a key", async () => {
  await using server = await serve((request, response) => {
    response.writeHead(403).end(`no ${request.headers.authorization} at ${request.url} for pass word`);
  });
  const url = new URL("?apikey=k3y", server.url);
  url.username = "user";
  url.password = "pass word";
  const error = await failure(get(url));
  expect(server.requests[0]!.headers.authorization).toBe(`Basic ${btoa("user:pass word")}`);
  expect(error.message).toContain("answered 403: no Basic *** at /?apikey=*** for ***");
  expect(JSON.stringify([error.message, error.stack])).not.toMatch(/pass|k3y|user:/);
});
