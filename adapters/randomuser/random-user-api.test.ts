import { afterEach, describe, expect, it } from "vitest";
import { answerJson, type LoopbackServer, serve } from "../http/loopback-server.ts";
import { RandomUserApi } from "./random-user-api.ts";

const at = Date.parse("2026-05-12T08:30:00Z");
const never = new AbortController().signal;
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const person = (n: number) => ({ login: { uuid: uuid(n) }, email: `person${n}@example.com` });
let server: LoopbackServer | null = null;

afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = null;
});

async function answering(body: unknown): Promise<URL> {
  server = await serve((request, response) => answerJson(request, response, body));
  return server.url;
}

function fetchFrom(url: URL) {
  return new RandomUserApi(url, { results: 10 }).fetch(at, never);
}

describe("the request", () => {
  it("asks for so many people of those nationalities", async () => {
    const url = await answering({ results: [] });

    await new RandomUserApi(url, { results: 5000, nationalities: ["fr", "gb"] }).fetch(at, never);

    expect(server?.requests[0]?.url).toBe("/?results=5000&nat=fr%2Cgb");
  });

  it("asks for the next page of a seed at each call", async () => {
    const url = await answering({ results: [person(1)] });
    const api = new RandomUserApi(url, { results: 1, seed: "s" });

    await api.fetch(at, never);
    await api.fetch(at, never);

    expect(server?.requests.map((request) => request.url)).toEqual([
      "/?results=1&seed=s&page=1",
      "/?results=1&seed=s&page=2",
    ]);
  });

  it("asks for the same page again after an answer without users", async () => {
    const url = await answering({ error: "busy" });
    const api = new RandomUserApi(url, { results: 1, seed: "s" });

    await api.fetch(at, never);
    await api.fetch(at, never);

    expect(server?.requests[1]?.url).toContain("page=1");
  });

  it.each([0, 5001, 1.5, Number.NaN])("refuses %d results a call", (results) => {
    const make = () => new RandomUserApi(new URL("http://127.0.0.1/"), { results });

    expect(make).toThrow(expect.objectContaining({ code: "VELIB_CONFIG_INVALID" }));
  });

  it("is named without its key", () => {
    const url = new URL("http://me:word@127.0.0.1/api/?key=abc");

    expect(new RandomUserApi(url, { results: 1 }).description).toBe("http://127.0.0.1/api/?key=***");
  });
});

describe("the answer", () => {
  it("is a page of users", async () => {
    const page = await fetchFrom(await answering({ results: [person(1), person(2)], info: {} }));

    expect(page).toMatchObject({ at, readable: true, deadLetters: [] });
    expect(page.users.map(({ id }) => id)).toEqual([uuid(1), uuid(2)]);
  });

  it("loses only the elements that are no users, each a letter without personal data", async () => {
    const bad = { ...person(2), login: {}, name: { first: "Élise" } };
    const page = await fetchFrom(await answering({ results: [person(1), bad, person(3), "x"] }));

    expect(page.users.map(({ id }) => id)).toEqual([uuid(1), uuid(3)]);
    expect(page.deadLetters).toMatchObject([
      {
        source: "users",
        at,
        reason: "invalid-user",
        detail: "element 1: expected a UUID as login.uuid, got nothing",
        excerpt: "{login: {}, email: string, name: {first: string}}",
      },
      { reason: "invalid-user", excerpt: "string" },
    ]);
  });

  it.each([
    [{ error: "Uh oh, something has gone wrong." }, "users-api-error", "Uh oh, something has gone wrong."],
    [{ error: { to: "elise@example.com" } }, "users-api-error", "{to: string}"],
    [{ people: ["elise@example.com"] }, "unexpected-format", "got something else"],
    ["<html>elise@example.com</html>", "unreadable-body", "HTML"],
    ['{"results":[{"email":"elise@example.com"},{"em', "truncated-body", "breaks off"],
  ])("that has no users is one letter: %j", async (body, reason, said) => {
    const page = await fetchFrom(await answering(body));

    expect(page).toMatchObject({ users: [], readable: false, deadLetters: [{ source: "users", at, reason }] });
    expect(page.deadLetters[0]?.detail).toContain(said);
    expect(JSON.stringify(page.deadLetters)).not.toContain("elise");
  });

  it("does not show the key that an error quotes", async () => {
    const url = await answering({ error: "abc123 is no key" });
    url.searchParams.set("key", "abc123");

    const page = await fetchFrom(url);

    expect(page.deadLetters[0]?.detail).toBe("the users API says: *** is no key");
  });

  it("that says to come back later fails with the wish", async () => {
    server = await serve((_request, response) =>
      response.writeHead(429, { "retry-after": "7" }).end('{"error":"too many"}'),
    );

    await expect(fetchFrom(server.url)).rejects.toMatchObject({
      code: "VELIB_SOURCE_HTTP_STATUS",
      status: 429,
      retryAfterMs: 7_000,
    });
  });
});
