import { expect, it } from "vitest";
import type { StationWindow } from "../../core/windows/station-window.ts";
import { differences, keyOf } from "./compare-windows.ts";

const window: StationWindow = {
  source: "paris",
  station: "1001",
  start: 180_000,
  end: 360_000,
  mechanicalMean: null,
  ebikeMean: null,
  bikesMean: 2.5,
  docksMean: 7.5,
  occupancyMean: 0.25,
  bikesMin: 2,
  bikesMax: 3,
  bikesLast: 3,
  docksMin: 7,
  docksMax: 8,
  docksLast: 7,
  coverage: 1,
  changes: 1,
};

function tableOf(...windows: StationWindow[]) {
  return new Map(windows.map((one) => [keyOf(one), one]));
}

it("lets numbers differ by rounding", () => {
  expect(differences(tableOf(window), tableOf({ ...window, bikesMean: 2.5 + 1e-12 }))).toEqual([]);
});

it.each([
  ["another number", { bikesMean: 2.5001 }, "paris/1001 180000: bikesMean is 2.5001, expected 2.5"],
  ["null for a number", { bikesLast: null }, "paris/1001 180000: bikesLast is null, expected 3"],
  ["0 for null", { ebikeMean: 0 }, "paris/1001 180000: ebikeMean is 0, expected null"],
])("tells of %s", (_, found, difference) => {
  expect(differences(tableOf(window), tableOf({ ...window, ...found }))).toEqual([difference]);
});

it("tells of windows that are missing and of others", () => {
  const other = { ...window, station: "1002" };
  expect(differences(tableOf(window), tableOf(other))).toEqual([
    "paris/1001 180000: missing",
    "paris/1002 180000: not expected",
  ]);
});
