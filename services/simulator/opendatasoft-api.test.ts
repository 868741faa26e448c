import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningSimulator } from "./server.ts";
import { startSimulator } from "./server.ts";

let simulator: RunningSimulator;

beforeAll(async () => {
  simulator = await startSimulator({
    port: 0,
    startAt: Date.parse("2026-05-12T08:30:00Z"),
    now: () => 0,
    stations: 230,
  });
});

afterAll(() => simulator.close());

/** The JSON at an address. */
async function get(url: string) {
  return JSON.parse(await (await fetch(url)).text());
}

async function codes(query: string): Promise<string[]> {
  const body = await get(`${simulator.recordsUrl}?${query}`);
  return body.results.map(({ stationcode }: { stationcode: string }) => stationcode);
}

describe("Opendatasoft records", () => {
  it("gives all stations once over the pages, and their number on each", async () => {
    const pages = await Promise.all([0, 100, 200].map((offset) => codes(`limit=100&offset=${offset}`)));
    const first = await get(`${simulator.recordsUrl}?limit=1`);

    expect(pages.map((page) => page.length)).toEqual([100, 100, 30]);
    expect(new Set(pages.flat()).size).toBe(230);
    expect(first.total_count).toBe(230);
  });

  it.each([
    ["", 10],
    ["limit=0", 0],
    ["limit=-1", 100],
    ["limit=100", 100],
    ["limit=100&offset=9900", 0],
  ])('answers "%s" with %d rows', async (query, rows) => {
    expect(await codes(query)).toHaveLength(rows);
  });

  it.each([
    ["limit=101", "Invalid value for limit API parameter: 101 was found but -1 <= limit <= 100 is expected."],
    ["limit=-2", "Invalid value for limit API parameter: -2 was found but -1 <= limit <= 100 is expected."],
    ["limit=ten", "Invalid value for limit API parameter: ten was found but an integer is expected."],
    ["offset=-1", "Invalid value for offset API parameter: -1 was found but 0 <= offset is expected."],
    [
      "limit=100&offset=9901",
      "Invalid value for sum of offset + limit API parameter: 10001 was found but <= 10000 is expected.",
    ],
    ["where=capacity>20", "The where API parameter is not simulated: leave it out."],
    [
      "timezone=Mars/Base",
      "Invalid value for timezone API parameter: Mars/Base was found but a time zone name is expected.",
    ],
    [
      "order_by=name",
      "Invalid value for order_by API parameter: name was found but stationcode, with asc or desc, is expected.",
    ],
  ])("answers %s with 400 and the reason", async (query, message) => {
    const response = await fetch(`${simulator.recordsUrl}?${query}`);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error_code: "InvalidRESTParameterError", message });
  });

  it("orders by station code as text when asked to", async () => {
    const ascending = await codes("limit=100&order_by=stationcode");

    expect(ascending).toEqual(ascending.toSorted());
    expect(await codes("limit=1&order_by=stationcode+desc")).not.toEqual(ascending.slice(0, 1));
  });

  it("announces the quota with every answer and ends it with 429", async () => {
    const small = await startSimulator({
      port: 0,
      startAt: Date.parse("2026-05-12T23:00:00Z"),
      now: () => 0,
      stations: 3,
      callsPerDay: 2,
    });
    const calls = [];
    for (let call = 0; call < 3; call++) {
      calls.push(await fetch(small.exportUrl));
    }
    await small.close();

    expect(calls.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(calls.map(({ headers }) => headers.get("x-ratelimit-remaining"))).toEqual(["1", "0", "0"]);
    expect(calls.map(({ headers }) => headers.get("x-ratelimit-limit"))).toEqual(["2", "2", "2"]);
    expect(calls[2]?.headers.get("x-ratelimit-reset")).toBe("2026-05-13T00:00:00Z");
    expect(calls[2]?.headers.get("retry-after")).toBe("3600");
    expect(await calls[2]?.json()).toMatchObject({
      errorcode: 10002,
      call_limit: 2,
      reset_time: "2026-05-13T00:00:00Z",
    });
  });
});
