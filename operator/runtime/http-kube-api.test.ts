import { Agent, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { httpKubeApi } from "./http-kube-api.ts";
import type { KubeConnection } from "./kube-connection.ts";
import type { ResourceType } from "./kube-object.ts";
import { liveObject } from "./testing/live-object.ts";

const type: ResourceType = { apiVersion: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const key = { namespace: "city", name: "a" };
const options = { fieldManager: "test" };
const object = liveObject("a", {}, { future: { field: [1, null] } });
const closing: (() => Promise<void>)[] = [];

type Answer = (request: IncomingMessage, response: ServerResponse, call: number) => void;

/** The API of a server on loopback that answers as the test says. */
async function served(answer: Answer, timeoutMs = 5_000) {
  const seen: { method?: string; url?: string; body: string; authorization?: string; contentType?: string }[] = [];
  let sockets = 0;
  let expired = 0;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { authorization, "content-type": contentType } = request.headers;
    seen.push({ method: request.method, url: request.url, body, authorization, contentType });
    answer(request, response, seen.length);
  });
  server.on("connection", () => sockets++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const agent = new Agent({ keepAlive: true });
  const connection: KubeConnection = {
    server: new URL(`http://127.0.0.1:${port}`),
    namespace: "city",
    credentials: async () => ({ headers: { authorization: `Bearer ${expired}` }, agent }),
    expireCredentials: () => {
      expired++;
    },
    close: () => agent.destroy(),
  };
  closing.push(async () => {
    agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { api: httpKubeApi({ connection, timeoutMs }), seen, sockets: () => sockets };
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

const status = (code: number, reason: string) => ({ kind: "Status", code, reason, message: `because of ${reason}` });

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe("the API over HTTP", () => {
  it("gives objects with all their fields, and null for one that is not there", async () => {
    const { api } = await served((request, response) => {
      if (request.url?.endsWith("/a")) send(response, 200, object);
      else send(response, 404, status(404, "NotFound"));
    });

    expect(await api.get(type, key)).toEqual(object);
    expect(await api.get(type, { ...key, name: "b" })).toBeNull();
  });

  it("applies raw JSON with one field manager, by force", async () => {
    const { api, seen } = await served((_, response) => send(response, 200, object));

    await api.apply(type, object, { ...options, fieldValidation: "Strict" });

    expect(seen[0]).toMatchObject({
      method: "PATCH",
      url: "/api/v1/namespaces/city/configmaps/a?fieldManager=test&force=true&fieldValidation=Strict",
      contentType: "application/apply-patch+yaml",
    });
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual(object);
  });

  it("keeps its connections", async () => {
    const { api, sockets } = await served((_, response) => send(response, 200, object));

    for (let n = 0; n < 10; n++) await api.get(type, key);

    expect(sockets()).toBe(1);
  });

  it("repeats what met a connection that the server was just closing", async () => {
    const { api, seen } = await served((request, response, call) => {
      if (call === 2) request.socket.destroy();
      else send(response, 200, object);
    });
    await api.get(type, key);

    expect(await api.get(type, key)).toEqual(object);
    expect(seen).toHaveLength(3);
  });

  it("does not repeat a create whose answer was lost: it may have been carried out", async () => {
    const { api, seen } = await served((request, response, call) => {
      if (call === 2) request.socket.destroy();
      else send(response, 200, object);
    });
    await api.get(type, key);

    await expect(api.create(type, object, options)).rejects.toMatchObject({ status: 0, reason: "Unreachable" });
    expect(seen).toHaveLength(2);
  });

  it("waits as 429 asks, for every verb, and then gets through", async () => {
    const { api, seen } = await served((_, response, call) => {
      if (call <= 2) send(response, 429, "slow down", { "retry-after": "0" });
      else send(response, 201, object);
    });

    expect(await api.create(type, object, options)).toEqual(object);
    expect(seen).toHaveLength(3);
  });

  it("leaves a 429 that does not end to the caller, with the time asked for", async () => {
    const { api, seen } = await served((_, response) => send(response, 429, "slow down", { "retry-after": "0" }));

    await expect(api.get(type, key)).rejects.toMatchObject({ status: 429, retryable: true, retryAfterMs: 0 });
    expect(seen).toHaveLength(4);
  });

  it("does not sit out a long Retry-After", async () => {
    const { api, seen } = await served((_, response) => send(response, 503, "later", { "retry-after": "120" }));

    await expect(api.get(type, key)).rejects.toMatchObject({ status: 503, retryAfterMs: 120_000 });
    expect(seen).toHaveLength(1);
  });

  it("reads its credentials again after 401", async () => {
    const { api, seen } = await served((request, response) => {
      if (request.headers.authorization === "Bearer 0") send(response, 401, status(401, "Unauthorized"));
      else send(response, 200, object);
    });

    await expect(api.get(type, key)).rejects.toMatchObject({ status: 401, retryable: true });
    await api.get(type, key);

    expect(seen.map(({ authorization }) => authorization)).toEqual(["Bearer 0", "Bearer 1"]);
  });

  it.each([
    [409, "Conflict", true],
    [422, "Invalid", false],
    [403, "Forbidden", false],
    [500, "InternalError", true],
  ])("tells the reason of a %i and whether another try can help", async (code, reason, retryable) => {
    const { api } = await served((_, response) => send(response, code, status(code, reason)));

    const failing = api.apply(type, object, options);

    await expect(failing).rejects.toMatchObject({ status: code, reason, retryable });
    await expect(failing).rejects.toThrow(`PATCH /api/v1/namespaces/city/configmaps/a: because of ${reason}`);
  });

  it("gives up a call that gets no answer in time", async () => {
    const { api } = await served(() => {}, 50);

    await expect(api.get(type, key)).rejects.toMatchObject({ reason: "TimedOut", retryable: true });
  });

  it("ends a call that is called off, and sends none that already is", async () => {
    const { api, seen } = await served(() => {});
    const ending = new AbortController();
    const call = api.apply(type, object, { ...options, signal: ending.signal });
    ending.abort(new Error("enough"));

    await expect(call).rejects.toMatchObject({ reason: "Aborted" });
    const before = seen.length;
    await expect(api.apply(type, object, { ...options, signal: ending.signal })).rejects.toThrow("enough");
    expect(seen).toHaveLength(before);
  });

  it.each(["<html>", "{}", '{"kind":"ConfigMap"'])("does not take %s for an object", async (body) => {
    const { api } = await served((_, response) => send(response, 200, body));

    await expect(api.get(type, key)).rejects.toMatchObject({ reason: "Malformed" });
  });

  it("puts into listed objects the kind that lists leave out", async () => {
    const { kind: _kind, apiVersion: _version, ...item } = object;
    const page = { metadata: { resourceVersion: "7", continue: "next" }, items: [item] };
    const { api, seen } = await served((_, response) => send(response, 200, page));

    const answer = await api.list(type, { namespace: "city", limit: 1, labelSelector: "a=b" });

    expect(answer).toEqual({ items: [object], resourceVersion: "7", continue: "next" });
    expect(seen[0]?.url).toBe("/api/v1/namespaces/city/configmaps?limit=1&labelSelector=a%3Db");
  });

  it("deletes this very object, not one of the same name made since", async () => {
    const { api, seen } = await served((_, response, call) => send(response, call === 1 ? 200 : 404, status(0, "")));

    expect(await api.delete(type, key, { uid: "u" })).toBe(true);
    expect(await api.delete(type, key)).toBe(false);

    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({ propagationPolicy: "Background", preconditions: { uid: "u" } });
  });

  it("gives the events of a watch as they come, in whatever pieces, and throws its error", async () => {
    const lines = [
      { type: "ADDED", object },
      { type: "BOOKMARK", object: { metadata: { resourceVersion: "9" } } },
      { type: "ERROR", object: status(410, "Expired") },
    ].map((event) => `${JSON.stringify(event)}\n`);
    const text = lines.join("");
    const { api } = await served((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      for (let at = 0; at < text.length; at += 7) response.write(text.slice(at, at + 7));
    });
    const events: unknown[] = [];

    const watching = (async () => {
      const what = { resourceVersion: "1", timeoutSeconds: 60, idleTimeoutMs: 5_000 };
      for await (const event of api.watch(type, what)) events.push(event);
    })();

    await expect(watching).rejects.toMatchObject({ status: 410, reason: "Expired" });
    expect(events).toEqual([
      { type: "ADDED", object },
      { type: "BOOKMARK", resourceVersion: "9" },
    ]);
  });
});
