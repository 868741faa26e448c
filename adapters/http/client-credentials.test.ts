import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ClientCredentials } from "./client-credentials.ts";
import { HttpClient } from "./http-client.ts";
import { type LoopbackServer, serve } from "./loopback-server.ts";
import { SourceError } from "./source-error.ts";

const never = new AbortController().signal;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "velib-client-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  writeFileSync(join(folder, "id"), "velib client\n");
  writeFileSync(join(folder, "secret"), "s3cret/with:signs\n");
});

type Answer = (body: string, request: IncomingMessage, response: ServerResponse) => void;

/** Issues tokens `token-1`, `token-2`, … unless told otherwise; `bodies` is what was asked with. */
async function issuer(answer?: Answer): Promise<LoopbackServer & { bodies: string[] }> {
  const bodies: string[] = [];
  const server = await serve(async (request, response) => {
    const body = await text(request);
    bodies.push(body);
    if (answer !== undefined) answer(body, request, response);
    else json(response, 200, { access_token: `token-${bodies.length}`, token_type: "Bearer", expires_in: 3600 });
  });
  return Object.assign(server, { bodies });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** A clock that is moved by hand, and credentials that go by it. */
function credentialsAt(tokenUrl: URL, scopes: string[] = []) {
  const clock = { now: 0 };
  const [clientIdFile, clientSecretFile] = [join(folder, "id"), join(folder, "secret")];
  const credentials = new ClientCredentials({
    tokenUrl,
    clientIdFile,
    clientSecretFile,
    scopes,
    now: () => clock.now,
  });
  const sent = async () => (await credentials.authorise(never)).headers.authorization;
  return { clock, credentials, sent };
}

async function failure(answer: Promise<unknown>): Promise<SourceError> {
  const error = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof SourceError) return error;
  throw new Error(`expected a SourceError, got ${error}`);
}

describe("a token by a client's credentials", () => {
  it("is asked for as RFC 6749 has it and kept", async () => {
    await using server = await issuer();
    const { sent } = credentialsAt(server.url, ["feeds", "stations:read"]);

    expect([await sent(), await sent()]).toEqual(["Bearer token-1", "Bearer token-1"]);

    const [{ method, headers }] = server.requests as [IncomingMessage];
    expect(method).toBe("POST");
    expect(headers["content-type"]).toMatch(/^application\/x-www-form-urlencoded/);
    expect(headers.authorization).toBe(`Basic ${btoa("velib+client:s3cret%2Fwith%3Asigns")}`);
    expect(server.bodies).toEqual(["grant_type=client_credentials&scope=feeds+stations%3Aread"]);
  });

  it("is renewed a minute before it expires, or a tenth of a short life", async () => {
    let expires_in = 3600;
    let issued = 0;
    await using server = await issuer((_body, _request, response) =>
      json(response, 200, { access_token: `token-${++issued}`, token_type: "bearer", expires_in }),
    );
    const { clock, sent } = credentialsAt(server.url);
    await sent();

    clock.now = 3_539_999;
    expect(await sent()).toBe("Bearer token-1");
    expires_in = 100;
    clock.now = 3_540_000;
    expect(await sent()).toBe("Bearer token-2");
    clock.now += 89_999;
    expect(await sent()).toBe("Bearer token-2");
    clock.now += 1;
    expect(await sent()).toBe("Bearer token-3");
  });

  it("is used as long as it holds while it can't be renewed, and the issuer is not asked at each request", async () => {
    let healthy = true;
    await using server = await issuer((_body, _request, response) =>
      healthy
        ? json(response, 200, { access_token: "token", token_type: "Bearer", expires_in: 3600 })
        : json(response, 503, {}),
    );
    const { clock, sent } = credentialsAt(server.url);
    await sent();
    healthy = false;

    clock.now = 3_590_000;
    expect([await sent(), await sent()]).toEqual(["Bearer token", "Bearer token"]);
    expect(server.requests).toHaveLength(2);

    clock.now = 3_600_000;
    expect(await failure(sent())).toMatchObject({ code: "VELIB_SOURCE_CREDENTIALS", status: null });
  });

  it("is fetched anew, once, when a feed answers 401, with what the files hold by then", async () => {
    await using tokens = await issuer();
    await using feed = await serve((request, response) => {
      response.writeHead(request.headers.authorization === "Bearer token-2" ? 200 : 401).end("[]");
    });
    const { credentials } = credentialsAt(tokens.url);
    const client = new HttpClient(feed.url, { credentials });
    writeFileSync(join(folder, "secret"), "rotated");

    const reply = await client.get(feed.url, null, 0, never);

    expect(reply).toMatchObject({ kind: "body", body: "[]" });
    expect(feed.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
    expect(tokens.requests[1]!.headers.authorization).toBe(`Basic ${btoa("velib+client:rotated")}`);
  });

  it("is not fetched again and again for a feed that refuses every one", async () => {
    await using tokens = await issuer();
    await using feed = await serve((request, response) => response.writeHead(401).end(request.headers.authorization));
    const { credentials } = credentialsAt(tokens.url);

    const error = await failure(new HttpClient(feed.url, { credentials }).get(feed.url, null, 0, never));

    expect(error).toMatchObject({ code: "VELIB_SOURCE_HTTP_STATUS", status: 401 });
    expect(error.message).not.toMatch(/token-\d/);
    expect([feed.requests.length, tokens.requests.length]).toEqual([2, 2]);
  });

  it("does not leave the feed's origin", async () => {
    await using tokens = await issuer();
    await using other = await serve((_, response) => response.writeHead(401).end());
    await using feed = await serve((_, response) => response.writeHead(307, { location: other.url.href }).end());
    const { credentials } = credentialsAt(tokens.url);

    const error = await failure(new HttpClient(feed.url, { credentials }).get(feed.url, null, 0, never));

    expect(error.status).toBe(401);
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(tokens.requests).toHaveLength(1);
  });

  it("is not asked for where the issuer redirects to", async () => {
    await using elsewhere = await issuer();
    await using server = await issuer((_body, _request, response) =>
      response.writeHead(307, { location: elsewhere.url.href }).end(),
    );

    const error = await failure(credentialsAt(server.url).sent());

    expect(error.message).toContain("answered 307");
    expect(elsewhere.requests).toHaveLength(0);
  });

  it("is refused with what the issuer says, without the secret that it quotes", async () => {
    await using server = await issuer((_body, request, response) => {
      const pair = atob(String(request.headers.authorization).slice("Basic ".length));
      const error_description = `no such client ${pair}, ${request.headers.authorization}, s3cret/with:signs`;
      json(response, 401, { error: "invalid_client", error_description });
    });

    const error = await failure(credentialsAt(server.url).sent());

    expect(error).toMatchObject({ code: "VELIB_SOURCE_CREDENTIALS", status: null, retryable: true });
    expect(error.message).toMatch(
      /^no token from .*: it answered 401: invalid_client: no such client .*\*\*\*.*; check/,
    );
    expect(`${error.message}${error.stack}`).not.toMatch(/s3cret|Basic [A-Za-z0-9]/);
  });

  it.each([
    ["no JSON", "<html>"],
    ["no token", { token_type: "Bearer" }],
    ["a token of another type", { access_token: "t", token_type: "mac" }],
    ["a token with a line break", { access_token: "t\nx: y", token_type: "Bearer" }],
    ["a token that has expired", { access_token: "t", token_type: "Bearer", expires_in: 0 }],
  ])("is missing in an answer with %s", async (_what, body) => {
    await using server = await issuer((_body, _request, response) => json(response, 200, body));

    expect((await failure(credentialsAt(server.url).sent())).message).toContain("its answer has no bearer token");
  });

  it("is missing while nobody listens", async () => {
    const server = await issuer();
    await server[Symbol.asyncDispose]();

    const error = await failure(credentialsAt(server.url).sent());

    expect(error.message).toMatch(/ECONNREFUSED/);
    expect(error.message).not.toContain("s3cret");
  });
});
