import { describe, expect, it } from "vitest";
import type { StationReading } from "../observation/reading.ts";
import { noMetadata } from "../observation/reading.ts";
import type { PollFacts } from "./health-tracker.ts";
import { HealthTracker } from "./health-tracker.ts";

const reading: StationReading = {
  station: "1001",
  bikes: 4,
  mechanical: 1,
  ebike: 3,
  docks: 6,
  installed: true,
  renting: true,
  returning: true,
  reportedAt: 1_731_067_200_000,
  metadata: { ...noMetadata, name: "Quay", capacity: 10, lat: 48.85, lon: 2.35 },
  raw: null,
};
const moving: PollFacts = {
  readings: [reading],
  feedTime: null,
  changes: 1,
  overCapacity: 0,
  notInInformation: 0,
  notInStatus: 0,
};

function follow(polls: Partial<PollFacts>[]) {
  const tracker = new HealthTracker();
  return polls.map((facts) => tracker.poll({ ...moving, ...facts }));
}

describe("a feed's health", () => {
  it("counts polls without any change, until the feed moves again", () => {
    const healths = follow([1, 0, 0, 2, 0].map((changes) => ({ changes })));

    expect(healths.map(({ polls }) => polls)).toEqual([1, 2, 3, 4, 5]);
    expect(healths.map(({ frozenPolls }) => frozenPolls)).toEqual([0, 1, 2, 0, 1]);
    expect(healths.map(({ longestFrozenRun }) => longestFrozenRun)).toEqual([0, 1, 2, 2, 2]);
  });

  it.each([
    ["goes back", [50, 40], 1],
    ["goes back and forth", [50, 40, 60, 45], 2],
    ["stands still", [50, 50], 0],
    ["goes on", [50, 60], 0],
    ["was never told", [null, null], 0],
    ["was not told in between", [50, null, 40], 0],
  ])("counts how often the feed's clock %s", (_how, times, backwards) => {
    expect(follow(times.map((feedTime) => ({ feedTime }))).at(-1)?.clockBackwards).toBe(backwards);
  });

  it("holds a column that is null in every row against the feed, once it had a value", () => {
    const nullSplit = { ...reading, mechanical: null, ebike: null };

    const healths = follow([
      { readings: [reading] },
      { readings: [nullSplit, nullSplit] },
      { readings: [nullSplit, reading] },
      { readings: [nullSplit] },
    ]);

    expect(healths.map(({ nullColumns }) => nullColumns)).toEqual([
      [],
      ["mechanical", "ebike"],
      [],
      ["mechanical", "ebike"],
    ]);
    expect(healths.map(({ nullColumnPolls }) => nullColumnPolls)).toEqual([0, 1, 1, 2]);
  });

  it("does not hold a column against a feed that never filled it", () => {
    const [health] = follow([{}]);

    expect(health?.filledColumns).toEqual([
      "station",
      "bikes",
      "mechanical",
      "ebike",
      "docks",
      "installed",
      "renting",
      "returning",
      "capacity",
      "name",
      "position",
      "reported_at",
    ]);
    expect(health?.nullColumns).toEqual([]);
  });

  it("adds a column when it is filled for the first time", () => {
    const named = { ...reading, metadata: { ...reading.metadata, commune: "Paris" } };

    expect(follow([{}, { readings: [named] }, {}]).map(({ nullColumns }) => nullColumns)).toEqual([
      [],
      [],
      ["commune"],
    ]);
  });

  it("takes over what only the newest poll says", () => {
    const healths = follow([{ overCapacity: 3, notInInformation: 2, notInStatus: 1 }, {}]);

    expect(healths[0]).toMatchObject({ overCapacity: 3, notInInformation: 2, notInStatus: 1 });
    expect(healths[1]).toMatchObject({ overCapacity: 0, notInInformation: 0, notInStatus: 0 });
  });

  it("goes on from a stored state", () => {
    const before = { ...moving, changes: 0, feedTime: 50 };
    const after = { ...moving, changes: 0, feedTime: 40, readings: [{ ...reading, bikes: null }] };
    const undisturbed = new HealthTracker();
    const health = undisturbed.poll(before);

    const resumed = new HealthTracker({ health, feedTime: 50 });

    expect(resumed.filledColumns).toEqual(undisturbed.filledColumns);
    expect(resumed.poll(after)).toEqual(undisturbed.poll(after));
  });

  it("is not changed by the polls that follow", () => {
    const [first] = follow([{}, { changes: 0 }]);

    expect(first).toMatchObject({ polls: 1, frozenPolls: 0 });
  });
});
