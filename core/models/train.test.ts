import { describe, expect, it } from "vitest";
import { timeZone } from "../time/time-zone.ts";
import { isUsable, predict } from "./forecast-model.ts";
import { commuterStation, day, hour, minute, monday, pollsBetween, seriesOf } from "./testing/station-history.ts";
import type { TrainingSettings } from "./train.ts";
import { train } from "./train.ts";
import { defaultSplit } from "./training-rows.ts";

const utc = timeZone("UTC")!;

const settings: TrainingSettings = {
  source: "paris",
  name: "full-60m",
  target: "Full",
  horizonMs: hour,
  toleranceMs: null,
  zone: utc,
  solver: { kind: "Newton", l2: 1 },
  split: null,
  promotion: { metric: "Brier", minimumGain: 0 },
};

/** Twelve days, from a Monday to the Friday after next. */
const polls = pollsBetween(monday, monday + 12 * day);
const city = ["1", "2", "3"].map((code, i) => commuterStation(code, polls, 1000 * i));

describe("a training", () => {
  const trained = train(city, polls, settings, null);

  it("beats persistence on days it has not seen where there is a rhythm to learn", () => {
    expect(trained.decision).toEqual({ outcome: "Promoted", reason: "BetterThanPersistence" });
    expect(trained.candidate!.all.brier).toBeLessThan(0.6 * trained.persistence!.all.brier);
    expect(trained.candidate!.onset!.averagePrecision).toBeGreaterThan(trained.persistence!.onset!.averagePrecision!);
    expect(trained.candidate!.all.rows).toBe(trained.persistence!.all.rows);
  });

  it("learns from the days before the split and judges on the last quarter of them", () => {
    expect(trained.data).toMatchObject({
      from: monday,
      split: monday + 9 * day,
      to: polls.at(-1),
      polls: polls.length,
      stations: 3,
      pollsPerSample: 1,
    });
    expect(trained.candidate!.all.rows).toBe(3 * (3 * 144 - 6));
  });

  it("is the same again to the last bit, and a version of its own with other data or settings", () => {
    const again = train(city, polls, settings, null);
    const heavier = train(city, polls, { ...settings, solver: { kind: "Newton", l2: 2 } }, null);
    const fewer = train(city.slice(1), polls, settings, null);

    expect(again).toEqual(trained);
    expect(trained.model!.version).toMatch(/^20241115-[0-9a-f]{8}$/);
    const versions = [trained, heavier, fewer].map(({ model }) => model!.version);
    expect(new Set(versions).size).toBe(3);
  });

  it("does not look at the days it is judged on: other outcomes there give the same coefficients", () => {
    const split = monday + 9 * day;
    const changed = city.map(({ station }) => {
      const before = commuterStation(station, polls, 1000 * (Number(station) - 1));
      return seriesOf(
        polls.map((at) => ({ at, station, ...(at < split ? before.state(at)! : { bikes: 0, docks: 10 }) })),
      );
    });

    const other = train(changed, polls, settings, null);

    expect(other.model!.regression).toEqual(trained.model!.regression);
    expect(other.model!.rates).toEqual(trained.model!.rates);
  });

  it("survives being stored as JSON", () => {
    const stored = JSON.parse(JSON.stringify(trained.model));
    const evening = { station: "1", count: 3, places: 10, pastCount: 5, hour: 17.8, weekend: false };
    const elsewhere = { ...evening, station: "never seen" };

    expect(isUsable(stored)).toBe(true);
    expect(predict(stored, [evening, elsewhere])).toEqual(predict(trained.model!, [evening, elsewhere]));
    expect(predict(stored, [evening])[0]).toBeGreaterThan(0.5);
    expect(predict(stored, [{ ...evening, hour: 11 }])[0]).toBeLessThan(0.1);
  });

  it("finds nearly the same by gradient descent", () => {
    const descent = train(city, polls, { ...settings, solver: { kind: "GradientDescent", steps: 400 } }, null);

    expect(descent.candidate!.all.brier).toBeCloseTo(trained.candidate!.all.brier, 2);
    expect(descent.model!.l2).toBeNull();
  });
});

describe("beside a model that serves", () => {
  const first = train(city, polls.slice(0, 10 * 144), settings, null).model!;

  it("a candidate of the same data and settings is the one that serves already", () => {
    const again = train(city, polls.slice(0, 10 * 144), settings, first);

    expect(again.decision).toEqual({ outcome: "NotPromoted", reason: "AlreadyServing" });
  });

  it("both are judged on the same rows, none of which the serving model learned from", () => {
    const earlier = { ...settings, split: monday + 6 * day };

    const trained = train(city, polls, earlier, first);

    expect(first.data.split).toBe(monday + 7 * day);
    expect(trained.serving!.all.rows).toBe(trained.candidate!.all.rows);
    expect(trained.candidate!.all.rows).toBe(3 * (5 * 144 - 6));
    expect(["BetterThanServing", "NotBetterThanServing"]).toContain(trained.decision.reason);
  });

  it.each([
    ["other features", { ...first, features: ["count"] }],
    ["another target", { ...first, target: "Empty" as const }],
    ["another horizon", { ...first, horizonMs: 2 * hour }],
  ])("one with %s is not compared", (_what, other) => {
    expect(train(city, polls, settings, other).serving).toBeNull();
  });
});

describe("too little to learn from", () => {
  it.each([
    { what: "no poll", given: [], reason: "NotEnoughData" },
    { what: "one day", given: polls.slice(0, 144), reason: "NotEnoughData" },
    { what: "a few polls on two days", given: polls.slice(140, 150), reason: "NotEnoughData" },
    { what: "a weekend on which it never fills", given: polls.slice(5 * 144, 7 * 144), reason: "OneOutcomeOnly" },
  ])("$what is told as $reason, without a model", ({ given, reason }) => {
    const stations = given.length === 0 ? [] : city;

    const trained = train(stations, given, settings, null);

    expect(trained.decision).toEqual({ outcome: "NotTrained", reason });
    expect(trained.model).toBeNull();
  });

  it("a split after the last poll leaves nothing to judge on", () => {
    const trained = train(city, polls, { ...settings, split: monday + 30 * day }, null);

    expect(trained.decision.reason).toBe("NotEnoughData");
  });
});

it("the default split is the start of a local day, and leaves at least one day to judge", () => {
  const zone = timeZone("Europe/Paris")!;

  expect(defaultSplit(pollsBetween(monday, monday + 2 * day), zone)).toBe(monday + 2 * day - hour);
  expect(defaultSplit(pollsBetween(monday, monday + 2 * hour), zone)).toBeNull();
  expect(defaultSplit(pollsBetween(monday - hour, monday + 8 * day - hour, 30 * minute), zone)).toBe(
    monday + 6 * day - hour,
  );
});
