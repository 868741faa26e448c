import { describe, expect, it } from "vitest";
import type { Station } from "../network/station.ts";
import { ageInWords } from "./age.ts";
import { count, counted, mean, percent } from "./numbers.ts";
import { nowInWords } from "./station-status.ts";

describe("an age in words", () => {
  it.each([
    [-3, "0 s"],
    [59.9, "59 s"],
    [60, "1 min"],
    [3_599, "59 min"],
    [7_200, "2 h"],
    [7_860, "2 h 11 min"],
    [86_400, "1 day"],
    [3 * 86_400, "3 days"],
    [800 * 86_400, "2 years"],
  ])("of %d seconds is %s", (seconds, words) => {
    expect(ageInWords(seconds)).toBe(words);
  });
});

describe("numbers", () => {
  it("show a dash for what is not known, never 0", () => {
    expect([count(null), mean(null), percent(null), counted(null, "bike", "bikes")]).toEqual([
      "–",
      "–",
      "–",
      "– bikes",
    ]);
  });

  it("group thousands and agree with their noun", () => {
    expect(counted(1, "bike", "bikes")).toBe("1 bike");
    expect(counted(16_483, "bike", "bikes")).toBe("16,483 bikes");
  });
});

describe("a station in words", () => {
  const open: Pick<Station, "status" | "bikes" | "ebike" | "docks"> = { status: "open", bikes: 7, ebike: 1, docks: 12 };

  it.each([
    ["its counts when open", {}, "7 bikes (1 e-bike), 12 docks"],
    ["no split that is not known", { ebike: null }, "7 bikes, 12 docks"],
    ["that it does not rent", { status: "not_renting" }, "7 bikes (1 e-bike), 12 docks · no rentals"],
    ["closed, whatever its counts", { status: "closed" }, "Closed"],
    ["unknown", { status: "unknown", bikes: null, ebike: null, docks: null }, "Unknown"],
  ] as const)("says %s", (_, fields, words) => {
    expect(nowInWords({ ...open, ...fields })).toBe(words);
  });
});
