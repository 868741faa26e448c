import { describe, expect, it } from "vitest";
import { timeZone } from "../time/time-zone.ts";
import type { SampleSettings } from "./samples.ts";
import { localHour, samplesOf } from "./samples.ts";
import {
  commuterStation,
  day,
  hour,
  minute,
  monday,
  observation,
  pollsBetween,
  seriesOf,
} from "./testing/station-history.ts";

const utc = timeZone("UTC")!;
const settings: SampleSettings = { target: "Full", horizonMs: hour, toleranceMs: 5 * minute, zone: utc };

describe("a station's state at a poll", () => {
  const series = seriesOf([
    { at: monday, docks: 3 },
    { at: monday + 30 * minute, docks: 2 },
  ]);

  it.each([
    { minutes: -1, docks: null },
    { minutes: 0, docks: 3 },
    { minutes: 9, docks: 3 },
    { minutes: 10, docks: null },
    { minutes: 29, docks: null },
    { minutes: 30, docks: 2 },
    { minutes: 39, docks: 2 },
    { minutes: 40, docks: null },
  ])("after $minutes min is $docks: carried for less than the keyframe interval", ({ minutes, docks }) => {
    expect(series.state(monday + minutes * minute)?.docks ?? null).toBe(docks);
  });

  it("is the same asked for in any order", () => {
    const polls = pollsBetween(monday, monday + day, 7 * minute);
    const commuter = commuterStation("1", polls, 1);
    const ascending = polls.map((at) => commuter.state(at));

    expect(polls.toReversed().map((at) => commuter.state(at))).toEqual(ascending.toReversed());
  });

  it("refuses an observation that is not later than the last", () => {
    const twice = seriesOf([{ at: monday }]);

    expect(() => twice.add(observation({ at: monday }))).toThrow(RangeError);
  });
});

describe("samples", () => {
  it("take their features from the past and their outcome from the horizon", () => {
    const polls = pollsBetween(monday, monday + 3 * hour);
    const series = seriesOf(
      polls.map((at) => ({ at, docks: Math.max(0, 9 - (at - monday) / (10 * minute)), bikes: 1 })),
    );

    const samples = samplesOf(series, polls, polls, settings);

    expect(samples[0]).toEqual({
      station: "1001",
      at: monday + 30 * minute,
      labelAt: monday + 90 * minute,
      count: 6,
      places: 10,
      pastCount: 9,
      hour: 0.5,
      weekend: false,
      reached: true,
    });
    expect(samples.map(({ labelAt, at }) => labelAt - at)).toEqual(samples.map(() => hour));
    expect(samples.at(-1)?.labelAt).toBe(polls.at(-1));
  });

  it("do not change with what comes after their outcome, nor their features with what comes after their moment", () => {
    const polls = pollsBetween(monday, monday + day);
    const moment = monday + 12 * hour;
    const changed = (from: number) => seriesOf(polls.map((at) => ({ at, docks: at >= from ? 0 : (at / minute) % 7 })));
    const at = (series: ReturnType<typeof changed>) =>
      samplesOf(series, polls, polls, settings).find((sample) => sample.at === moment);

    const whole = at(changed(Number.POSITIVE_INFINITY));

    expect(at(changed(moment + hour + 1))).toEqual(whole);
    expect(at(changed(moment + 1))).toEqual({ ...whole, reached: true });
  });

  it.each([
    { what: "does not rent now", not: [60] },
    { what: "does not rent at the horizon", not: [120] },
  ])("leave out a station that $what", ({ not }) => {
    const polls = pollsBetween(monday, monday + 3 * hour);
    const closed = seriesOf(polls.map((at) => ({ at, renting: !not.includes((at - monday) / minute) })));

    const moments = samplesOf(closed, polls, polls, settings).map((sample) => (sample.at - monday) / minute);

    expect(moments).not.toContain(60);
    expect(moments).toContain(70);
  });

  it("take the first poll within the tolerance that observed the station, and none later", () => {
    const times = [0, 40, 102, 104, 111].map((minutes) => monday + minutes * minute);
    const seen = seriesOf([0, 40, 104, 111].map((minutes) => ({ at: monday + minutes * minute })));

    const samples = samplesOf(seen, times, times, settings);

    expect(samples.map(({ at, labelAt }) => [(at - monday) / minute, (labelAt - monday) / minute])).toEqual([
      [40, 104],
    ]);
    expect(samplesOf(seen, times, times, { ...settings, toleranceMs: 3 * minute })).toEqual([]);
  });

  it("look back no further than 90 minutes", () => {
    const times = [0, 91, 151].map((minutes) => monday + minutes * minute);

    expect(samplesOf(seriesOf(times.map((at) => ({ at }))), times, times, settings)).toEqual([]);
    const closer = times.with(0, monday + minute);
    expect(samplesOf(seriesOf(closer.map((at) => ({ at }))), closer, closer, settings)).toHaveLength(1);
  });

  it("count bikes instead of docks for Empty", () => {
    const polls = pollsBetween(monday, monday + 3 * hour);
    const series = seriesOf(polls.map((at) => ({ at, bikes: 0, docks: 10 })));

    const [sample] = samplesOf(series, polls, polls, { ...settings, target: "Empty" });

    expect(sample).toMatchObject({ count: 0, reached: true });
  });
});

it.each([
  { at: "2024-11-08T22:30:00Z", zone: "Europe/Paris", hour: 23.5, weekend: false },
  { at: "2024-11-08T23:30:00Z", zone: "Europe/Paris", hour: 0.5, weekend: true },
  { at: "2024-11-10T23:30:00Z", zone: "UTC", hour: 23.5, weekend: true },
  { at: "1969-12-28T12:00:00Z", zone: "UTC", hour: 12, weekend: true },
])("$at is hour $hour in $zone, weekend: $weekend", ({ at, zone, hour: expected, weekend }) => {
  expect(localHour(timeZone(zone)!, Date.parse(at))).toEqual({ hour: expected, weekend });
});
