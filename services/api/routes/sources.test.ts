import { afterEach, expect, it } from "vitest";
import type { City } from "../testing/small-city.ts";
import { describeSource, minute, noon, openCity, sourceState } from "../testing/small-city.ts";

let city: City;
afterEach(() => city.close());

it("shows a source's freshness, health and attribution", async () => {
  city = openCity();
  await city.commit({ sources: [sourceState("paris", { lastPollAt: noon - minute, movedAt: noon - 3 * minute })] });

  const response = await city.app.inject("/v1/sources");

  expect(response.statusCode).toBe(200);
  expect(response.json()).toEqual({
    at: "2024-11-08T12:00:00.000Z",
    sources: [
      {
        name: "paris",
        kind: "gbfs",
        description: "https://paris.example/gbfs.json",
        simulated: false,
        attribution: { text: "City of paris", licence: "ODbL-1.0", url: null },
        interval_seconds: 60,
        hold_seconds: 600,
        last_poll_at: "2024-11-08T11:59:00.000Z",
        last_moved_at: "2024-11-08T11:57:00.000Z",
        feed_time: "2024-11-08T11:59:55.000Z",
        freshness: { data_age_seconds: 180, poll_age_seconds: 60, stale: false, cause: null },
        stations: 3,
        final_until: "2024-11-08T12:00:00.000Z",
        ended: false,
        health: {
          polls: 120,
          frozen_polls: 0,
          longest_frozen_run: 4,
          clock_backwards: 1,
          over_capacity: 2,
          null_columns: ["capacity"],
          null_column_polls: 3,
          not_in_information: 0,
          not_in_status: 5,
        },
      },
    ],
  });
});

it("shows a source that was never polled as stale, with no ages", async () => {
  city = openCity();

  const [source] = (await city.app.inject("/v1/sources")).json().sources;

  expect(source.freshness).toEqual({
    data_age_seconds: null,
    poll_age_seconds: null,
    stale: true,
    cause: "never_polled",
  });
  expect(source).toMatchObject({ last_poll_at: null, stations: null, health: null });
});

it("keeps showing a source that has results but is not configured any more, after the others", async () => {
  city = openCity();
  await city.commit({ sources: [sourceState("oslo")] });

  const { sources } = (await city.app.inject("/v1/sources")).json();

  expect(sources.map((source: { name: string; kind: string }) => [source.name, source.kind])).toEqual([
    ["paris", "gbfs"],
    ["oslo", null],
  ]);
});

it("measures a recording on its own clock", async () => {
  city = openCity({ sources: [describeSource("paris", { kind: "recording" })] });
  city.clock.now = noon + 365 * 24 * 60 * minute;
  await city.commit({ sources: [sourceState("paris", { movedAt: noon - minute })] });

  const [source] = (await city.app.inject("/v1/sources")).json().sources;

  expect(source.freshness).toEqual({ data_age_seconds: 60, poll_age_seconds: 0, stale: false, cause: null });
});

it("gives the same ages as the metrics", async () => {
  city = openCity();
  await city.commit({
    sources: [sourceState("paris", { lastPollAt: noon - 90_000, movedAt: noon - 20 * minute, observed: 1_482 })],
  });

  const [source] = (await city.app.inject("/v1/sources")).json().sources;
  const metrics = (await city.app.inject("/metrics")).body;

  expect(source.freshness).toMatchObject({ data_age_seconds: 1200, poll_age_seconds: 90, cause: "data_frozen" });
  expect(metrics).toContain('velib_feed_data_age_seconds{source="paris"} 1200\n');
  expect(metrics).toContain('velib_feed_poll_age_seconds{source="paris"} 90\n');
  expect(metrics).toContain('velib_stations{source="paris"} 1482\n');
});
