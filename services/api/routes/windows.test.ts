import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { City } from "../testing/small-city.ts";
import {
  describeSource,
  minute,
  noon,
  openCity,
  sourceState,
  stationState,
  stationWindows,
  windowMs,
  zonePart,
} from "../testing/small-city.ts";

const hour = 60 * minute;
let city: City;

beforeEach(async () => {
  city = openCity({ sources: [describeSource("paris"), describeSource("oslo")] });
  await city.commit({
    sources: [sourceState("paris"), sourceState("oslo", { finalUntil: null })],
    stations: [stationState("paris", "4001"), stationState("oslo", "9")],
    stationWindows: stationWindows("paris", "4001", noon - 8 * hour, 161),
    zoneParts: [
      ...Array.from({ length: 160 }, (_, n) => zonePart("paris", "Paris 4", noon - 8 * hour + n * windowMs)),
      zonePart("paris", "Paris 18/19", noon - 2 * windowMs),
      zonePart("paris", "Long ago", noon - 48 * hour),
      zonePart("paris", "Paris 4", noon),
    ],
  });
  await city.commit({ stationWindows: stationWindows("paris", "gone", noon - 48 * hour, 1) });
});
afterEach(() => city.close());

describe("a station's windows", () => {
  it("are those of the six hours before the newest final window's end, with the columns of the CSV", async () => {
    const body = (await city.app.inject("/v1/stations/4001/windows")).json();

    expect(body).toMatchObject({
      source: "paris",
      station: "4001",
      from: "2024-11-08T06:00:00.000Z",
      to: "2024-11-08T12:00:00.000Z",
      next_from: null,
    });
    expect(body.windows).toHaveLength(120);
    expect(body.windows[0]).toEqual({
      start: "2024-11-08T06:00:00.000Z",
      end: "2024-11-08T06:03:00.000Z",
      mechanical_mean: null,
      ebike_mean: null,
      bikes_mean: 3.1,
      docks_mean: 7.5,
      occupancy_mean: 0.25,
      bikes_min: 3,
      bikes_max: 4,
      bikes_last: null,
      docks_min: 7,
      docks_max: 8,
      docks_last: 8,
      coverage: 0.5,
      changes: 1,
    });
  });

  it.each([
    { what: "ISO times", query: "from=2024-11-08T10:00:00Z&to=2024-11-08T11:00:00Z" },
    { what: "times without an offset, taken as UTC", query: "from=2024-11-08T10:00&to=2024-11-08T11:00" },
    { what: "times of another zone", query: "from=2024-11-08T11:00:00%2B01:00&to=2024-11-08T12:00:00%2B01:00" },
    { what: "a plus that was not escaped", query: "from=2024-11-08T11:00:00+01:00&to=2024-11-08T12:00:00+01:00" },
    { what: "ms", query: `from=${noon - 2 * hour}&to=${noon - hour}` },
  ])("can be asked for with $what", async ({ query }) => {
    const body = (await city.app.inject(`/v1/stations/paris/4001/windows?${query}`)).json();

    expect(body.windows).toHaveLength(20);
    expect(body.windows[0].start).toBe("2024-11-08T10:00:00.000Z");
  });

  it("come in pages", async () => {
    const first = (await city.app.inject("/v1/stations/4001/windows?limit=100")).json();
    const second = (await city.app.inject(`/v1/stations/4001/windows?limit=100&from=${first.next_from}`)).json();

    expect([first.windows.length, second.windows.length]).toEqual([100, 20]);
    expect(second.windows[0].start).toBe(first.windows.at(-1).end);
    expect(second.next_from).toBeNull();
  });

  it("are none before the source's first final window", async () => {
    const body = (await city.app.inject("/v1/stations/9/windows")).json();

    expect(body).toEqual({ source: "oslo", station: "9", from: null, to: null, windows: [], next_from: null });
  });
});

describe("zones", () => {
  it("show the newest final window of each", async () => {
    const { zones } = (await city.app.inject("/v1/zones?source=paris")).json();

    expect(zones.map((one: { zone: string; start: string }) => [one.zone, one.start])).toEqual([
      ["Paris 18/19", "2024-11-08T11:54:00.000Z"],
      ["Paris 4", "2024-11-08T11:57:00.000Z"],
    ]);
    expect(zones[1]).toEqual({
      source: "paris",
      zone: "Paris 4",
      start: "2024-11-08T11:57:00.000Z",
      end: "2024-11-08T12:00:00.000Z",
      mechanical_mean: 3,
      ebike_mean: 1,
      bikes_mean: 4,
      docks_mean: 6,
      occupancy_mean: 0.4,
      coverage: 1,
      changes: 5,
      stations: 2,
      bikes_total: 8,
    });
  });

  it("are found where windows are a day long", async () => {
    const today = Date.UTC(2024, 10, 8);
    await city.commit({
      sources: [sourceState("oslo", { finalUntil: today })],
      stationWindows: stationWindows("oslo", "9", today - 24 * hour, 1),
      zoneParts: [zonePart("oslo", "Sentrum", today - 24 * hour)],
    });

    const { zones } = (await city.app.inject("/v1/zones?source=oslo")).json();

    expect(zones.map((one: { zone: string }) => one.zone)).toEqual(["Sentrum"]);
  });

  it.each(["Paris%204", "paris:Paris%204", "Paris%2018%2F19"])("are found as %s", async (id) => {
    const response = await city.app.inject(`/v1/zones/${id}`);

    expect(response.statusCode).toBe(200);
    expect(response.json().zone).toBe(decodeURIComponent(id).replace("paris:", ""));
  });

  it("give their windows up to the newest final one, also when asked for later ones", async () => {
    const body = (await city.app.inject(`/v1/zones/Paris%204/windows?from=${noon - hour}&to=${noon + hour}`)).json();

    expect(body).toMatchObject({ source: "paris", zone: "Paris 4", to: "2024-11-08T12:00:00.000Z" });
    expect(body.windows).toHaveLength(20);
    expect(body.windows.at(-1).start).toBe("2024-11-08T11:57:00.000Z");
  });

  it("that have had no window for long still have their old ones", async () => {
    const body = (await city.app.inject(`/v1/zones/Long%20ago/windows?from=${noon - 72 * hour}`)).json();

    expect(body.windows).toHaveLength(1);
  });
});

it.each([
  ["/v1/stations/none/windows", 404, "unknown_station", '"none"'],
  ["/v1/stations/paris/none/windows", 404, "unknown_station", '"none"'],
  ["/v1/stations/4001/windows?from=yesterday", 400, "invalid_parameter", "from: expected an ISO 8601 time"],
  ["/v1/stations/4001/windows?to=2024-13-01", 400, "invalid_parameter", 'got "2024-13-01"'],
  ["/v1/stations/4001/windows?to=99999999999999999999", 400, "invalid_parameter", "to: expected"],
  [
    "/v1/stations/4001/windows?from=2024-11-08&to=2024-11-07",
    400,
    "invalid_parameter",
    "to: expected a time after from",
  ],
  ["/v1/stations/4001/windows?limit=10001", 400, "invalid_parameter", "limit: expected a whole number from 1 to 10000"],
  ["/v1/zones?source=rome", 404, "unknown_source", '"rome"'],
  ["/v1/zones/none", 404, "unknown_zone", 'no zone has the id "none"'],
  ["/v1/zones/none/windows", 404, "unknown_zone", 'no zone has the id "none"'],
  ["/v1/zones/Paris%204/windows?from=x", 400, "invalid_parameter", 'got "x"'],
])("answers %s with %i %s", async (url, status, code, message) => {
  const response = await city.app.inject(url);

  expect(response.statusCode).toBe(status);
  expect(response.json().error.code).toBe(code);
  expect(response.json().error.message).toContain(message);
});
