import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FaultRates } from "./faults.ts";
import { FaultSwitches, faultRates } from "./faults.ts";
import type { RunningSimulator } from "./server.ts";
import { startSimulator } from "./server.ts";

const minute = 60_000;
const start = Date.parse("2026-05-12T06:30:00Z");
let real = 0;
let simulator: RunningSimulator;

beforeEach(async () => {
  real = 0;
  simulator = await startSimulator({ port: 0, startAt: start, now: () => real, stations: 200, slowMs: 600_000 });
});

afterEach(() => simulator.close());

/** The JSON at an address. */
async function get(url: string) {
  return JSON.parse(await (await fetch(url)).text());
}

function switchTo(rates: unknown): Promise<Response> {
  return fetch(`${simulator.url}/_simulator/faults`, { method: "PUT", body: JSON.stringify(rates) });
}

async function lastUpdated(): Promise<number> {
  const body = await get(`${simulator.url}/gbfs/2.3/station_status.json`);
  return body.last_updated * 1000;
}

async function exported(): Promise<{ stationcode: string }[]> {
  return get(simulator.exportUrl);
}

describe("faults over HTTP", () => {
  it("answers 429 with Retry-After on every feed while too-many-requests is on, and 200 when it is off again", async () => {
    await switchTo({ "too-many-requests": 1 });
    for (const url of [simulator.exportUrl, simulator.gbfsUrl, simulator.gbfs3Url, simulator.usersUrl]) {
      const response = await fetch(url);
      expect(response.status).toBe(429);
      expect(response.headers.get("retry-after")).toBe("5");
      expect(await response.json()).toHaveProperty("error");
    }

    await switchTo({});

    expect((await fetch(simulator.exportUrl)).status).toBe(200);
  });

  it("answers 500 while server-error is on", async () => {
    await switchTo({ "server-error": 1 });

    expect((await fetch(simulator.recordsUrl)).status).toBe(500);
  });

  it("cuts bodies off, some by the connection, while truncated-body is on", async () => {
    const whole = await (await fetch(simulator.exportUrl)).text();
    await switchTo({ "truncated-body": 1 });
    let ended = 0;
    let broken = 0;

    for (let request = 0; request < 20; request++) {
      const response = await fetch(simulator.exportUrl);
      expect(response.status).toBe(200);
      const body = await response.text().catch(() => null);
      ended += body === null ? 0 : 1;
      broken += body === null ? 1 : 0;
      if (body !== null) {
        expect(whole.startsWith(body)).toBe(true);
        expect(() => JSON.parse(body)).toThrow();
      }
    }

    expect(ended).toBeGreaterThan(0);
    expect(broken).toBeGreaterThan(0);
  });

  it("stops the data while frozen is on, and lets it catch up afterwards", async () => {
    await switchTo({ frozen: 1 });
    const before = await lastUpdated();
    const rows = await exported();
    real += 30 * minute;

    expect(await lastUpdated()).toBe(before);
    expect(await exported()).toEqual(rows);

    await switchTo({});

    expect(await lastUpdated()).toBe(start + 30 * minute);
    expect(await exported()).not.toEqual(rows);
  });

  it("serves an older state now and then while disagreeing-replicas is on", async () => {
    await switchTo({ "disagreeing-replicas": 0.5 });
    const times = [];
    for (let request = 0; request < 30; request++) {
      times.push(await lastUpdated());
    }

    expect(new Set(times)).toEqual(new Set([start, start - 5 * minute]));
  });

  it("says a replica's old state as it was when it was new", async () => {
    const then = await exported();
    real += 5 * minute;
    const now = await exported();
    await switchTo({ "disagreeing-replicas": 1 });

    expect(await exported()).toEqual(then);
    expect(now).not.toEqual(then);
  });

  it("repeats rows while duplicates is on, without losing one", async () => {
    await switchTo({ duplicates: 1 });
    const codes = (await exported()).map(({ stationcode }) => stationcode);

    expect(codes.length).toBeGreaterThan(200);
    expect(codes.length).toBeLessThan(240);
    expect(new Set(codes).size).toBe(200);
  });

  it("holds answers of the feeds back while slow is on, and nothing else", async () => {
    await switchTo({ slow: 1 });
    const held = fetch(simulator.exportUrl).then(
      () => "answered",
      () => "ended by close",
    );
    const other = fetch(`${simulator.url}/_simulator/state`).then(() => "state");

    expect(await Promise.race([held, other])).toBe("state");

    await simulator.close();
    expect(await held).toBe("ended by close");
  });

  it("answers the users API with an error of status 200 while users-error is on, and no other one", async () => {
    await switchTo({ "users-error": 1 });
    const response = await fetch(simulator.usersUrl);

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ error: expect.any(String) });
    expect(await exported()).toHaveLength(200);
  });

  it("tells its rates and what they mean", async () => {
    await switchTo({ frozen: 0.25 });
    const body = await get(`${simulator.url}/_simulator/faults`);

    expect(body.rates).toMatchObject({ frozen: 0.25, slow: 0, "server-error": 0 });
    expect(Object.keys(body.meaning)).toEqual(Object.keys(body.rates));
  });

  it.each([
    [{ gremlins: 1 }, "gremlins"],
    [{ slow: 2 }, "from 0 to 1"],
    [{ slow: "often" }, "from 0 to 1"],
    [[1], "give an object"],
  ])("refuses %j and keeps the rates", async (rates, reason) => {
    await switchTo({ "server-error": 0.5 });
    const response = await switchTo(rates);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringContaining(reason) });
    const kept = await get(`${simulator.url}/_simulator/faults`);
    expect(kept.rates["server-error"]).toBe(0.5);
  });
});

describe("fault draws", () => {
  const rates: FaultRates = faultRates({ "server-error": 0.3, frozen: 0.3 });
  const statuses = (seed: number) => {
    const switches = new FaultSwitches(seed, rates, 0);
    return Array.from({ length: 1000 }, () => switches.nextRequest().meets("server-error"));
  };

  it("are the same for the same seed, others for another, and as frequent as the rate says", () => {
    expect(statuses(1)).toEqual(statuses(1));
    expect(statuses(1)).not.toEqual(statuses(2));
    const met = statuses(1).filter((each) => each).length;
    expect(Math.abs(met - 300)).toBeLessThan(60);
  });

  it("freeze the data for whole spans, about as much of the time as the rate says", () => {
    const switches = new FaultSwitches(4, rates, start);
    let frozen = 0;
    let previous = start;
    for (let at = start; at < start + 4000 * minute; at += minute) {
      const until = switches.movedUntil(at);
      expect(until).toBeLessThanOrEqual(at);
      expect(until, "the data never goes back").toBeGreaterThanOrEqual(previous);
      previous = until;
      frozen += until < at ? 1 : 0;
    }

    expect(frozen / 4000).toBeGreaterThan(0.2);
    expect(frozen / 4000).toBeLessThan(0.4);
  });
});
