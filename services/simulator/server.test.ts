import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunningSimulator } from "./server.ts";
import { startSimulator } from "./server.ts";

const minute = 60_000;
const start = Date.parse("2026-05-12T08:30:00Z");
let real = 0;
let simulator: RunningSimulator;

beforeEach(async () => {
  real = 0;
  simulator = await startSimulator({ port: 0, startAt: start, now: () => real, stations: 120 });
});

afterEach(() => simulator.close());

/** The JSON at an address. */
async function get(url: string) {
  return JSON.parse(await (await fetch(url)).text());
}

/** A request as written here: fetch adds headers and unpacks bodies. */
function raw(url: string, headers: Record<string, string>, method = "GET"): Promise<[IncomingMessage, Buffer]> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve([response, Buffer.concat(chunks)]));
    });
    call.on("error", reject);
    call.end();
  });
}

describe("simulator server", () => {
  it("serves the same bodies after a restart at the same simulated time", async () => {
    real += 90 * minute;
    const later = await (await fetch(simulator.exportUrl)).text();
    const restarted = await startSimulator({ port: 0, startAt: start + 90 * minute, now: () => 0, stations: 120 });
    const again = await (await fetch(restarted.exportUrl)).text();
    await restarted.close();

    expect(again).toBe(later);
  });

  it("answers 304 without a body while the content is the same, and anew when it moved", async () => {
    const first = await fetch(simulator.exportUrl);
    const etag = first.headers.get("etag") ?? "";
    real += minute / 2;
    const [same, nothing] = await raw(simulator.exportUrl, { "if-none-match": etag });
    real += minute;
    const [moved] = await raw(simulator.exportUrl, { "if-none-match": etag });

    expect(same.statusCode).toBe(304);
    expect(same.headers.etag).toBe(etag);
    expect(nothing).toHaveLength(0);
    expect(moved.statusCode).toBe(200);
  });

  it.each([
    ["gzip", "gzip"],
    ["br, gzip;q=0.5", "gzip"],
    ["*", "gzip"],
    ["gzip;q=0", undefined],
    ["identity", undefined],
    ["", undefined],
  ])('compresses for Accept-Encoding "%s": %s', async (accepted, encoding) => {
    const [plain, body] = await raw(simulator.exportUrl, {});
    const [response, bytes] = await raw(simulator.exportUrl, { "accept-encoding": accepted });

    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(response.headers["content-encoding"]).toBe(encoding);
    expect(response.headers["content-length"]).toBe(String(bytes.length));
    expect((encoding === "gzip" ? gunzipSync(bytes) : bytes).equals(body)).toBe(true);
  });

  it("lets clients keep an answer until the next publication", async () => {
    real += 20_000;

    expect((await fetch(simulator.gbfsUrl)).headers.get("cache-control")).toBe("public, max-age=39");
  });

  it("runs faster than the clock when told to, and tells so by the feeds' ttl", async () => {
    const fast = await startSimulator({
      port: 0,
      startAt: start,
      now: () => real,
      stations: 5,
      speed: 60,
      intervalMs: 5 * minute,
    });
    real += minute;
    const body = await get(fast.gbfsUrl);
    await fast.close();

    expect(body).toMatchObject({ last_updated: (start + 60 * minute) / 1000, ttl: 5 });
  });

  it("publishes only at whole intervals", async () => {
    const slow = await startSimulator({
      port: 0,
      startAt: start,
      now: () => real,
      stations: 5,
      intervalMs: 10 * minute,
    });
    real += 17 * minute;
    const body = await get(slow.gbfsUrl);
    await slow.close();

    expect(body.last_updated).toBe((start + 10 * minute) / 1000);
  });

  it("links to the address the client used", async () => {
    const [, body] = await raw(simulator.gbfsUrl, { host: "city.example:8080" });

    expect(body.toString()).toContain('"url":"http://city.example:8080/gbfs/2.3/station_status.json"');
  });

  it("does not put a Host header that is no host into its links", async () => {
    const [, body] = await raw(simulator.gbfsUrl, { host: 'a"b' });

    expect(body.toString()).toContain(`"url":"${simulator.url}/gbfs/2.3/station_status.json"`);
  });

  it("lists its addresses in plain words on the first page, and each of them works", async () => {
    const page = await (await fetch(simulator.url)).text();
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link = ""]) => link.replaceAll("&amp;", "&"));

    expect(page).toContain("120 stations, seed 1");
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) {
      expect((await fetch(new URL(link, simulator.url))).status, link).toBe(200);
    }
  });

  it("accounts for every bike", async () => {
    real += 45 * minute;
    const { bikes, published } = await get(`${simulator.url}/_simulator/state`);

    expect(bikes.docked + bikes.riding + bikes.withOperator).toBe(bikes.fleet);
    expect(bikes.riding).toBeGreaterThan(0);
    expect(published).toBe("2026-05-12T09:15:00.000Z");
  });

  it("serves users with pictures that exist", async () => {
    const { results } = await get(`${simulator.usersUrl}?results=3&nat=fr&seed=s`);

    for (const url of Object.values<string>(results[0].picture)) {
      const response = await fetch(url);
      expect(response.headers.get("content-type")).toContain("image/svg+xml");
    }
  });

  it.each([
    ["POST", "/", 405],
    ["DELETE", "/_simulator/faults", 405],
    ["GET", "/nothing", 404],
    ["GET", "/portraits/men/x.svg", 404],
    ["HEAD", "/healthz", 200],
  ])("answers %s %s with %d", async (method, path, status) => {
    expect((await fetch(simulator.url + path, { method })).status).toBe(status);
  });

  it("answers HEAD as GET without the body", async () => {
    const [get, body] = await raw(simulator.exportUrl, {});
    const [head, nothing] = await raw(simulator.exportUrl, {}, "HEAD");

    expect(head.headers["content-length"]).toBe(String(body.length));
    expect(head.headers.etag).toBe(get.headers.etag);
    expect(nothing).toHaveLength(0);
  });

  it("says which port is in use, and what to do", async () => {
    const port = Number(new URL(simulator.url).port);

    await expect(startSimulator({ port, stations: 5 })).rejects.toMatchObject({
      code: "VELIB_PORT_IN_USE",
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });

  it.each([
    [{ port: 70_000 }, "port"],
    [{ stations: 0 }, "stations"],
    [{ stations: 1e6 }, "stations"],
    [{ seed: 0.5 }, "seed"],
    [{ intervalMs: 90_000 }, "interval"],
    [{ speed: 0 }, "speed"],
    [{ startAt: Number.NaN }, "start"],
    [{ faults: { slow: 7 } }, "slow"],
  ])("refuses %j by name", async (options, name) => {
    await expect(startSimulator({ port: 0, ...options })).rejects.toMatchObject({
      code: "VELIB_CONFIG_INVALID",
      message: expect.stringContaining(name),
    });
  });
});
