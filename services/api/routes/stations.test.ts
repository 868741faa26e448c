import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { City } from "../testing/small-city.ts";
import { content, describeSource, minute, noon, openCity, sourceState, stationState } from "../testing/small-city.ts";

let city: City;
beforeEach(async () => {
  city = openCity({ sources: [describeSource("paris"), describeSource("oslo")] });
  await city.commit({ sources: [sourceState("paris"), sourceState("oslo")] });
});
afterEach(() => city.close());

it("shows a station as it is now", async () => {
  await city.commit({ stations: [stationState("paris", "4001")] });

  const response = await city.app.inject("/v1/stations/paris/4001");

  expect(response.json()).toEqual({
    source: "paris",
    station: "4001",
    name: "Place 4001",
    lat: 48.85,
    lon: 2.35,
    capacity: 12,
    zone: "Paris 4",
    status: "open",
    bikes: 3,
    mechanical: 2,
    ebike: 1,
    docks: 7,
    occupancy: 0.25,
    changed_at: "2024-11-08T11:58:00.000Z",
    reported_at: "2024-11-08T11:56:00.000Z",
    observed_at: "2024-11-08T12:00:00.000Z",
    absent_since: null,
  });
});

describe("the status", () => {
  it.each([
    { what: "takes and gives", content: content(), status: "open" },
    { what: "does not rent", content: content({ renting: false }), status: "not_renting" },
    { what: "takes no bikes back", content: content({ returning: false }), status: "not_returning" },
    { what: "does neither", content: content({ renting: false, returning: false }), status: "closed" },
    { what: "is not installed", content: content({ installed: false }), status: "closed" },
    { what: "was never observed", content: null, status: "unknown" },
  ])("of a station that $what is $status", async ({ content: seen, status }) => {
    await city.commit({ stations: [stationState("paris", "1", { content: seen })] });

    expect((await city.app.inject("/v1/stations/paris/1")).json().status).toBe(status);
  });

  it("is unknown, with null counts, once the polls have missed the station for the hold", async () => {
    await city.commit({
      stations: [
        stationState("paris", "1", { absentSince: noon - 9 * minute }),
        stationState("paris", "2", { absentSince: noon - 10 * minute }),
      ],
    });

    const { stations } = (await city.app.inject("/v1/stations")).json();

    expect(stations[0]).toMatchObject({ status: "open", bikes: 3, observed_at: null });
    expect(stations[1]).toMatchObject({
      status: "unknown",
      bikes: null,
      mechanical: null,
      ebike: null,
      docks: null,
      occupancy: null,
      absent_since: "2024-11-08T11:50:00.000Z",
    });
  });

  it("is unknown once the polls of its source have stopped for the hold", async () => {
    await city.commit({ stations: [stationState("paris", "1")] });
    city.clock.now = noon + 10 * minute;

    expect((await city.app.inject("/v1/stations/paris/1")).json()).toMatchObject({ status: "unknown", bikes: null });
  });
});

it("has no occupancy where there is no place", async () => {
  await city.commit({
    stations: [stationState("paris", "1", { capacity: 0, content: content({ bikes: 0, docks: 0 }) })],
  });

  expect((await city.app.inject("/v1/stations/paris/1")).json()).toMatchObject({ bikes: 0, occupancy: null });
});

describe("the list", () => {
  it("comes in pages that leave nothing out and repeat nothing", async () => {
    const codes = Array.from({ length: 7 }, (_, n) => String(100 + n));
    await city.commit({ stations: codes.map((code) => stationState("paris", code)) });
    await city.commit({ stations: [stationState("oslo", "100")] });
    const seen: string[] = [];
    let cursor: string | null = null;

    do {
      const after: string = cursor === null ? "" : `&cursor=${cursor}`;
      const body: { stations: { source: string; station: string }[]; next_cursor: string | null } = (
        await city.app.inject(`/v1/stations?limit=3${after}`)
      ).json();
      expect(body.stations.length).toBeLessThanOrEqual(3);
      seen.push(...body.stations.map((one) => `${one.source}:${one.station}`));
      cursor = body.next_cursor;
    } while (cursor !== null);

    expect(seen).toEqual(["oslo:100", ...codes.map((code) => `paris:${code}`)]);
  });

  it("holds only what is in the box, and only the source asked for", async () => {
    await city.commit({
      stations: [
        stationState("paris", "in", { lat: 48.85, lon: 2.35 }),
        stationState("paris", "out", { lat: 48.95, lon: 2.35 }),
        stationState("paris", "nowhere", { lat: null, lon: null }),
        stationState("oslo", "in", { lat: 48.85, lon: 2.35 }),
      ],
    });

    const body = (await city.app.inject("/v1/stations?source=paris&bbox=2.3,48.8,2.4,48.9")).json();

    expect(body.stations.map((one: { station: string }) => one.station)).toEqual(["in"]);
  });
});

describe("an id", () => {
  beforeEach(() =>
    city.commit({
      stations: [
        stationState("paris", "4001"),
        stationState("paris", "7"),
        stationState("oslo", "7"),
        stationState("oslo", "YOS:Station:1"),
        stationState("oslo", "a/b"),
      ],
    }),
  );

  it.each([
    { id: "4001", found: ["paris", "4001"] },
    { id: "paris:7", found: ["paris", "7"] },
    { id: "oslo:7", found: ["oslo", "7"] },
    { id: "YOS:Station:1", found: ["oslo", "YOS:Station:1"] },
    { id: "oslo:YOS:Station:1", found: ["oslo", "YOS:Station:1"] },
    { id: "a%2Fb", found: ["oslo", "a/b"] },
  ])("$id finds $found", async ({ id, found }) => {
    const response = await city.app.inject(`/v1/stations/${id}`);

    expect(response.statusCode).toBe(200);
    expect([response.json().source, response.json().station]).toEqual(found);
  });

  it("that two sources have is refused with the full ids", async () => {
    const response = await city.app.inject("/v1/stations/7");

    expect(response.statusCode).toBe(409);
    expect(response.json()).toEqual({
      error: { code: "ambiguous_id", message: '"7" names several stations; use one of paris:7, oslo:7' },
    });
  });
});

it.each([
  ["/v1/stations/none", 404, "unknown_station", 'no station has the id "none"'],
  ["/v1/stations/paris/none", 404, "unknown_station", 'source paris has no station "none"'],
  ["/v1/stations/rome/1", 404, "unknown_source", 'no source is called "rome"; there are: paris, oslo'],
  ["/v1/stations?source=rome", 404, "unknown_source", 'no source is called "rome"'],
  ["/v1/stations?limit=0", 400, "invalid_parameter", "limit: expected a whole number from 1 to 10000, got 0"],
  ["/v1/stations?limit=many", 400, "invalid_parameter", 'limit: expected a whole number from 1 to 10000, got "many"'],
  ["/v1/stations?limit=1&limit=2", 400, "invalid_parameter", "limit: expected a whole number from 1 to 10000, got ["],
  ["/v1/stations?bbox=1,2,3", 400, "invalid_parameter", "bbox: expected west,south,east,north"],
  ["/v1/stations?bbox=3,1,2,2", 400, "invalid_parameter", 'got "3,1,2,2"'],
  ["/v1/stations?bbox=a,1,2,2", 400, "invalid_parameter", "bbox: expected"],
  ["/v1/stations?bbox=,1,2,2", 400, "invalid_parameter", "bbox: expected"],
  ["/v1/stations?cursor=!!", 400, "invalid_parameter", "cursor: expected the next_cursor of an earlier page"],
  ["/v1/stations?cursor=WzEsMl0", 400, "invalid_parameter", "cursor: expected the next_cursor of an earlier page"],
  ["/v1/stations?boxx=1", 400, "invalid_parameter", "boxx: no such parameter here"],
])("answers %s with %i %s", async (url, status, code, message) => {
  const response = await city.app.inject(url);

  expect(response.statusCode).toBe(status);
  expect(response.json().error.code).toBe(code);
  expect(response.json().error.message).toContain(message);
});
