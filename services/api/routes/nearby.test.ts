import { afterEach, beforeEach, expect, it } from "vitest";
import type { Content } from "../../../core/observation/observation.ts";
import type { City } from "../testing/small-city.ts";
import { content, minute, noon, openCity, sourceState, stationState } from "../testing/small-city.ts";

const here = { lat: 48.85, lon: 2.35 };
let city: City;

beforeEach(async () => {
  city = openCity();
  await city.commit({ sources: [sourceState("paris")] });
});
afterEach(() => city.close());

/** Stations in a row to the north, the first 0 m, each next one 111 m further. */
async function row(...contents: (Partial<Content> | null)[]): Promise<void> {
  await city.commit({
    stations: contents.map((one, n) =>
      stationState("paris", `s${n}`, {
        lat: here.lat + n * 0.001,
        lon: here.lon,
        content: one === null ? null : content(one),
      }),
    ),
  });
}

async function nearby(query: string) {
  const body = (await city.app.inject(`/v1/nearby?lat=${here.lat}&lon=${here.lon}&${query}`)).json();
  return {
    codes: body.stations.map((one: { station: string }) => one.station),
    passedOver: body.passed_over === null ? null : [body.passed_over.station, body.passed_over.reason],
    body,
  };
}

it.each([
  { need: "bike", lack: { bikes: 0, mechanical: 0, ebike: 0 }, reason: "empty" },
  { need: "ebike", lack: { bikes: 2, mechanical: 2, ebike: 0 }, reason: "no_ebike" },
  { need: "ebike", lack: { bikes: 0, mechanical: 0, ebike: 0 }, reason: "empty" },
  { need: "mechanical", lack: { bikes: 2, mechanical: 0, ebike: 2 }, reason: "no_mechanical" },
  { need: "dock", lack: { docks: 0 }, reason: "full" },
])("passes over the nearest station without what is needed ($need) as $reason", async ({ need, lack, reason }) => {
  await row(lack, {}, {});

  const { codes, passedOver } = await nearby(`need=${need}`);

  expect(codes).toEqual(["s1", "s2"]);
  expect(passedOver).toEqual(["s0", reason]);
});

it("never shows closed or unknown stations, neither as a choice nor as passed over", async () => {
  await row({ installed: false }, { renting: false, returning: false, bikes: 0 }, null, {});

  const { codes, passedOver } = await nearby("need=bike");

  expect(codes).toEqual(["s3"]);
  expect(passedOver).toBeNull();
});

it.each([
  { need: "bike", codes: ["s1"] },
  { need: "dock", codes: ["s0"] },
])("takes a station only for what it is open for ($need)", async ({ need, codes }) => {
  await row({ renting: false }, { returning: false });

  expect((await nearby(`need=${need}`)).codes).toEqual(codes);
});

it("does not promise an e-bike where the split of the bikes is unknown", async () => {
  await row({ mechanical: null, ebike: null }, {});

  const { codes, passedOver } = await nearby("need=ebike");

  expect(codes).toEqual(["s1"]);
  expect(passedOver).toBeNull();
});

it("promises nothing once the polls have stopped", async () => {
  await row({}, {});
  city.clock.now = noon + 10 * minute;

  expect((await nearby("need=bike")).codes).toEqual([]);
});

it("gives distances in metres, nearest first, and what is there", async () => {
  await row({}, { ebike: 0, mechanical: 3 }, {});

  const { body } = await nearby("need=ebike");

  expect(body).toMatchObject({ need: "ebike", radius_m: 2000 });
  expect(
    body.stations.map((one: { distance_m: number; available: number }) => [one.distance_m, one.available]),
  ).toEqual([
    [0, 1],
    [222.4, 1],
  ]);
});

it("keeps to the limit and the radius", async () => {
  await row({}, {}, {}, {});

  expect((await nearby("limit=2")).codes).toEqual(["s0", "s1"]);
  expect((await nearby("radius=250")).codes).toEqual(["s0", "s1", "s2"]);
});

it("finds stations across the antimeridian", async () => {
  await city.commit({ stations: [stationState("paris", "east", { lat: -17.7, lon: -179.999 })] });

  const body = (await city.app.inject("/v1/nearby?lat=-17.7&lon=179.999")).json();

  expect(body.stations.map((one: { station: string }) => one.station)).toEqual(["east"]);
});

it.each([
  ["/v1/nearby?lon=2", 400, "lat: this parameter is required"],
  ["/v1/nearby?lat=91&lon=2", 400, "lat: expected a number from -90 to 90, got 91"],
  ["/v1/nearby?lat=&lon=2", 400, 'lat: expected a number from -90 to 90, got ""'],
  ["/v1/nearby?lat=48&lon=2&need=car", 400, 'need: expected one of bike, ebike, mechanical, dock, got "car"'],
  ["/v1/nearby?lat=48&lon=2&radius=1e9", 400, "radius: expected a number from 1 to 50000"],
  ["/v1/nearby?lat=48&lon=2&source=rome", 404, 'no source is called "rome"'],
])("answers %s with %i", async (url, status, message) => {
  const response = await city.app.inject(url);

  expect(response.statusCode).toBe(status);
  expect(response.json().error.message).toContain(message);
});
