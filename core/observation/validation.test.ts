import { describe, expect, it } from "vitest";
import type { StationReading } from "./reading.ts";
import { noMetadata } from "./reading.ts";
import { invalidity, isCount, isValid, split } from "./validation.ts";

const sound: StationReading = {
  station: "1001",
  bikes: 4,
  mechanical: 1,
  ebike: 3,
  docks: 6,
  installed: null,
  renting: null,
  returning: null,
  reportedAt: null,
  metadata: noMetadata,
  raw: null,
};

describe("a count", () => {
  it.each([0, 1, 20_702_946_965])("can be %d", (value) => {
    expect(isCount(value)).toBe(true);
  });

  it.each([null, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("can't be %s", (value) => {
    expect(isCount(value)).toBe(false);
  });
});

describe("a reading", () => {
  it("is valid with a station, bikes and docks, whatever else is missing", () => {
    expect(isValid({ ...sound, mechanical: null, ebike: null })).toBe(true);
  });

  it("is valid with no bikes and no docks at all", () => {
    expect(isValid({ ...sound, bikes: 0, docks: 0 })).toBe(true);
  });

  it.each<[string, Partial<StationReading>, string, string]>([
    ["a station", { station: null }, "missing-station", "expected a station code, got none"],
    ["bikes", { bikes: null }, "invalid-count", "bikes: expected a whole number of at least 0, got none"],
    ["docks", { docks: null }, "invalid-count", "docks: expected a whole number of at least 0, got none"],
    [
      "usable bikes",
      { bikes: Number.NaN },
      "invalid-count",
      "bikes: expected a whole number of at least 0, got not a number",
    ],
    ["whole docks", { docks: 2.5 }, "invalid-count", "docks: expected a whole number of at least 0, got 2.5"],
    ["bikes of at least 0", { bikes: -2 }, "invalid-count", "bikes: expected a whole number of at least 0, got -2"],
  ])("is not valid without %s", (_what, said, reason, detail) => {
    const reading = { ...sound, ...said };

    expect(isValid(reading)).toBe(false);
    expect(invalidity(reading)).toEqual({ reason, detail });
  });
});

describe("the split of the bikes", () => {
  it.each([
    [1, 3, { mechanical: 1, ebike: 3 }],
    [0, 0, { mechanical: 0, ebike: 0 }],
    [null, 3, { mechanical: null, ebike: null }],
    [1, null, { mechanical: null, ebike: null }],
    [1, -1, { mechanical: null, ebike: null }],
    [Number.NaN, 3, { mechanical: null, ebike: null }],
  ])("of %s mechanical and %s e-bikes is known as a whole or not at all", (mechanical, ebike, expected) => {
    expect(split({ ...sound, mechanical, ebike })).toEqual(expected);
  });
});
