import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ReaderTokens } from "./reader-tokens.ts";
import { openEventStream } from "./testing/event-reader.ts";
import { type City, openCity } from "./testing/small-city.ts";

let folder: string;
let clock: { now: number };
let logged: string;
let city: City;

/** Mounts readers as a kubelet does: files lead through `..data` into a folder that is swapped as a whole. */
function mount(version: string, readers: Record<string, string>): void {
  mkdirSync(join(folder, version));
  for (const [reader, token] of Object.entries(readers)) writeFileSync(join(folder, version, reader), token);
  symlinkSync(version, join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "velib-readers-"));
  mount("..v1", { town: "t0ken-of-the-town\n", press: "t0ken-of-the-press" });
  for (const reader of ["town", "press"]) symlinkSync(join("..data", reader), join(folder, reader));
  clock = { now: 0 };
  logged = "";
  const logger = pino({}, { write: (line: string) => (logged += line) });
  city = openCity({ readers: await ReaderTokens.open(folder, logger, () => clock.now) });
});

afterEach(async () => {
  await city.close();
  rmSync(folder, { recursive: true });
});

async function status(authorization: string | undefined, url = "/v1/sources"): Promise<number> {
  const response = await city.app.inject({ url, headers: authorization === undefined ? {} : { authorization } });
  return response.statusCode;
}

describe("an API with readers", () => {
  it.each([
    ["the token of a reader", "Bearer t0ken-of-the-town", 200],
    ["that of another", "bearer t0ken-of-the-press", 200],
    ["none", undefined, 401],
    ["an empty one", "Bearer ", 401],
    ["a beginning of one", "Bearer t0ken-of-the-tow", 401],
    ["one with more", "Bearer t0ken-of-the-townn", 401],
    ["a name of a reader", "Bearer town", 401],
    ["another scheme", `Basic ${btoa("town:t0ken-of-the-town")}`, 401],
  ])("answers %s", async (_what, authorization, expected) => {
    expect(await status(authorization)).toBe(expected);
  });

  it("says what it asks for, and when a token is nobody's", async () => {
    const none = await city.app.inject("/v1/stations");
    const wrong = await city.app.inject({ url: "/v1/stations", headers: { authorization: "Bearer wr0ng-token" } });

    expect(none.headers["www-authenticate"]).toBe('Bearer realm="velib"');
    expect(none.json().error.code).toBe("unauthorised");
    expect(wrong.headers["www-authenticate"]).toBe('Bearer realm="velib", error="invalid_token"');
    expect(wrong.body).not.toContain("wr0ng");
    expect(none.headers["access-control-allow-origin"]).toBe("*");
  });

  it.each(["/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"])("leaves %s open", async (url) => {
    expect(await status(undefined, url)).toBe(200);
  });

  it("closes every route below /v1, for HEAD too, and tells no unknown station from a known one", async () => {
    await city.app.ready();
    const open: string[] = [];
    for (const route of city.routes.filter((url) => url.startsWith("/v1/"))) {
      const url = route.replaceAll(/:\w+/g, "x");
      for (const method of ["GET", "HEAD"] as const) {
        const response = await city.app.inject({ method, url });
        if (response.statusCode !== 401 && !(method === "HEAD" && response.statusCode === 404)) open.push(route);
      }
    }

    expect(city.routes.filter((url) => url.startsWith("/v1/")).length).toBeGreaterThan(9);
    expect(open).toEqual([]);
  });

  it("streams to a reader only", async () => {
    const origin = await city.app.listen({ port: 0, host: "127.0.0.1" });
    const stream = await openEventStream(`${origin}/v1/live`, { authorization: "Bearer t0ken-of-the-town" });
    const first = await stream.nextEvent();
    stream.close();

    expect(first?.event).toBe("state");
    expect((await fetch(`${origin}/v1/live`)).status).toBe(401);
  });

  it("takes up a rotated token and gives the old one up, and drops a reader who is gone", async () => {
    await status("Bearer t0ken-of-the-town");
    mount("..v2", { town: "t0ken-of-tomorrow" });
    rmSync(join(folder, "press"));

    clock.now = 1_999;
    const before = await status("Bearer t0ken-of-tomorrow");
    clock.now = 2_000;

    expect(before).toBe(401);
    expect(await status("Bearer t0ken-of-tomorrow")).toBe(200);
    expect(await status("Bearer t0ken-of-the-town")).toBe(401);
    expect(await status("Bearer t0ken-of-the-press")).toBe(401);
    expect(logged).toContain('"readers":["town"]');
    expect(logged).not.toContain("t0ken");
  });

  it("keeps the tokens it knows while the folder can't be read", async () => {
    rmSync(folder, { recursive: true });
    clock.now = 2_000;

    expect(await status("Bearer t0ken-of-the-town")).toBe(200);
    expect(logged).toContain("VELIB_CONFIG_UNREADABLE");
    mkdirSync(folder);
  });

  it("documents the scheme and the refusal", async () => {
    const document = (await city.app.inject("/openapi.json")).json();

    expect(document.components.securitySchemes).toEqual({ token: { type: "http", scheme: "bearer" } });
    expect(document.paths["/v1/sources"].get.security).toEqual([{ token: [] }]);
    expect(document.paths["/v1/sources"].get.responses["401"].description).toContain("token");
    expect(document.paths["/healthz"].get.security).toBeUndefined();
  });
});

it("lets nobody in by an empty file, and refuses a folder that is not there", async () => {
  const silent = pino({ level: "silent" });
  writeFileSync(join(folder, "nobody"), "\n");
  const readers = await ReaderTokens.open(folder, silent);

  expect(await readers.readerOf("")).toBeNull();
  await expect(ReaderTokens.open(join(folder, "none"), silent)).rejects.toMatchObject({
    code: "VELIB_CONFIG_UNREADABLE",
  });
});
