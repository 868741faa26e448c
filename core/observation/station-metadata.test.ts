import { describe, expect, it } from "vitest";
import type { StationMetadata } from "./reading.ts";
import { noMetadata } from "./reading.ts";
import { mergeInformation, mergeMetadata } from "./station-metadata.ts";

const last: StationMetadata = { name: "Quay", lat: 48.85, lon: 2.35, capacity: 20, commune: "Paris" };

describe("what is known of a station", () => {
  it.each<[string, Partial<StationMetadata>, Partial<StationMetadata>]>([
    ["a name", { name: "Bridge" }, { name: "Bridge" }],
    ["a capacity", { capacity: 22 }, { capacity: 22 }],
    ["a capacity of 0", { capacity: 0 }, { capacity: 0 }],
    ["a commune", { commune: "Vincennes" }, { commune: "Vincennes" }],
    ["a position", { lat: -33.4, lon: -70.6 }, { lat: -33.4, lon: -70.6 }],
    ["a position on the equator", { lat: 0, lon: 9.45 }, { lat: 0, lon: 9.45 }],
  ])("follows %s that is said", (_what, said, expected) => {
    expect(mergeMetadata(last, { ...noMetadata, ...said })).toEqual({ ...last, ...expected });
  });

  it.each<[string, Partial<StationMetadata>]>([
    ["nothing is said", {}],
    ["the same is said", last],
    ["the capacity is negative", { capacity: -1 }],
    ["the capacity is no whole number", { capacity: 2.5 }],
    ["the capacity is not a number", { capacity: Number.NaN }],
    ["half a position is said", { lat: 48.9 }],
    ["the position is (0, 0)", { lat: 0, lon: 0 }],
    ["the latitude is out of range", { lat: 91, lon: 2 }],
    ["the longitude is out of range", { lat: 48, lon: -181 }],
    ["the position is not a number", { lat: Number.NaN, lon: 2 }],
  ])("stays the same object when %s", (_when, said) => {
    expect(mergeMetadata(last, { ...noMetadata, ...said })).toBe(last);
  });
});

describe("the network's list of stations", () => {
  const listed: StationMetadata = { name: "Listed", lat: 48.9, lon: 2.4, capacity: 33, commune: "Listed" };

  it("counts where rows never say anything", () => {
    expect(mergeInformation(last, listed, [])).toEqual(listed);
  });

  it("fills what no row has said of this station yet", () => {
    expect(mergeInformation(noMetadata, listed, ["name", "position", "capacity", "commune"])).toEqual(listed);
  });

  it.each<[string, Partial<StationMetadata>]>([
    ["name", { name: "Quay" }],
    ["position", { lat: 48.85, lon: 2.35 }],
    ["capacity", { capacity: 20 }],
    ["commune", { commune: "Paris" }],
  ])("does not outrank the %s that rows say", (column, kept) => {
    expect(mergeInformation(last, listed, [column])).toEqual({ ...listed, ...kept });
  });
});
