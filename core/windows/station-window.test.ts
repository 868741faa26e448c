import { describe, expect, it } from "vitest";
import type { StationWindow } from "./station-window.ts";
import { StationWindowBatch } from "./station-window.ts";
import type { AggregatedRecord } from "./testing/records.ts";
import { absent, at, end, marker, observed, poll } from "./testing/records.ts";
import { tablesOf } from "./testing/tables.ts";

/** The three-minute windows of station A by their start, minutes after noon. */
function windowsOf(records: readonly AggregatedRecord[], station = "A"): Map<number, StationWindow> {
  const own = tablesOf(records).stations.filter((window) => window.station === station);
  return new Map(own.map((window) => [(window.start - at(0)) / 60_000, window]));
}

/** Coverage by window start: where the station's state was known, and how much. */
function coverageOf(records: readonly AggregatedRecord[], station = "A"): Record<number, number> {
  return Object.fromEntries([...windowsOf(records, station)].map(([start, { coverage }]) => [start, coverage]));
}

describe("a station's window", () => {
  it("weighs values by the time they held", () => {
    const window = windowsOf([...poll(0, { A: 4 }), ...poll(1, { A: 6 }), end(11)]).get(0);

    expect(window).toEqual({
      source: "paris",
      station: "A",
      start: at(0),
      end: at(3),
      mechanicalMean: 16 / 3,
      ebikeMean: 0,
      bikesMean: (4 * 1 + 6 * 2) / 3,
      docksMean: (6 * 1 + 4 * 2) / 3,
      occupancyMean: expect.closeTo(16 / 30, 12),
      bikesMin: 4,
      bikesMax: 6,
      bikesLast: 6,
      docksMin: 4,
      docksMax: 6,
      docksLast: 4,
      coverage: 1,
      changes: 2,
    });
  });

  it("exists without any event: the last observation is carried on", () => {
    const quiet = windowsOf([...poll(0, { A: 4 }), ...poll(3), ...poll(6), end(16)]).get(3);

    expect(quiet).toMatchObject({ bikesMean: 4, bikesMin: 4, bikesMax: 4, bikesLast: 4, coverage: 1, changes: 0 });
  });

  it("gives an observation exactly at a boundary to the window that starts there", () => {
    const windows = windowsOf([...poll(0, { A: 4 }), ...poll(3, { A: 6 }), end(13)]);

    expect(windows.get(0)).toMatchObject({ bikesMean: 4, bikesMax: 4, bikesLast: 4, changes: 1 });
    expect(windows.get(3)).toMatchObject({ bikesMean: 6, bikesMin: 6, bikesLast: 6, changes: 1 });
  });

  it("covers only what is known when the first poll falls into it", () => {
    const first = windowsOf([...poll(1, { A: 4 }), end(11)]).get(0);

    expect(first).toMatchObject({ bikesMean: 4, coverage: 2 / 3, changes: 1 });
  });

  it("does not count a repeated content as a change, nor a return to an earlier one as none", () => {
    const records = [...poll(0, { A: 4 }), ...poll(0.5, { A: 4 }), ...poll(1, { A: 6 }), ...poll(2, { A: 4 }), end(12)];

    expect(windowsOf(records).get(0)?.changes).toBe(3);
  });

  it.each([
    ["one flag", { renting: false }],
    ["the split alone", { mechanical: 3, ebike: 1 }],
    ["the docks alone", { docks: 7 }],
  ])("counts a difference in %s as a change", (_what, said) => {
    const records = [...poll(0, { A: 4 }), ...poll(1, { A: { bikes: 4, ...said } }), end(11)];

    expect(windowsOf(records).get(0)?.changes).toBe(2);
  });

  it("is kept for a station that is not installed", () => {
    const closed = windowsOf([...poll(0, { A: { bikes: 4, installed: false } }), end(10)]).get(0);

    expect(closed).toMatchObject({ bikesMean: 4, coverage: 1 });
  });
});

describe("the time an observation holds", () => {
  it.each([
    ["ends inside a window", 10, { 0: 1, 3: 1, 6: 1, 9: 1 / 3 }, { 9: null }],
    ["ends at a window's end", 9, { 0: 1, 3: 1, 6: 1 }, { 6: 4 }],
    ["ends within its first window", 2, { 0: 2 / 3 }, { 0: null }],
  ])("%s", (_how, hold, coverage, last) => {
    const records = [...poll(0, { A: 4 }, hold), end(30)];

    expect(coverageOf(records)).toEqual(coverage);
    for (const [start, bikes] of Object.entries(last)) {
      expect(windowsOf(records).get(Number(start))).toMatchObject({ bikesLast: bikes, docksLast: bikes && 6 });
    }
  });

  it("ends with the next observation, even when that one holds for less", () => {
    const records = [...poll(0, { A: 4 }, 10), ...poll(1, { A: 5 }, 1), end(30)];

    expect(coverageOf(records)).toEqual({ 0: 2 / 3 });
  });

  it("begins anew at each poll for a station that sends nothing", () => {
    const records = [...poll(0, { A: 4 }, 2), ...poll(1, {}, 2), ...poll(2, {}, 2), end(30)];

    expect(coverageOf(records)).toEqual({ 0: 1, 3: 1 / 3 });
  });

  it("leaves a hole between the end of the hold and the next poll", () => {
    const records = [...poll(0, { A: 4 }), ...poll(16, { A: 4 }), end(26)];

    const windows = windowsOf(records);

    expect(coverageOf(records)).toEqual({ 0: 1, 3: 1, 6: 1, 9: 1 / 3, 15: 2 / 3, 18: 1, 21: 1 });
    expect(windows.get(15)).toMatchObject({ bikesMean: 4, changes: 0 });
  });

  it("skips the empty windows of hours without polls", () => {
    const windows = windowsOf([...poll(0, { A: 4 }), ...poll(601, { A: 6 }), end(611)]);

    expect([...windows.keys()]).toEqual([0, 3, 6, 9, 600, 603, 606]);
    expect(windows.get(600)).toMatchObject({ bikesMean: 6, coverage: 2 / 3, changes: 1 });
  });
});

describe("a station that is missing from polls", () => {
  it("is known until its last observation + hold, while others go on", () => {
    const records = [...poll(0, { A: 4, B: 1 }), ...poll(4, { A: null }), ...poll(8), end(18)];

    expect(coverageOf(records)).toEqual({ 0: 1, 3: 1, 6: 1, 9: 1 / 3 });
    expect(windowsOf(records).get(9)).toMatchObject({ bikesMean: 4, bikesLast: null });
    expect(coverageOf(records, "B")).toEqual({ 0: 1, 3: 1, 6: 1, 9: 1, 12: 1, 15: 1 });
  });

  it("was last observed at the poll before, though it sent nothing then", () => {
    const records = [...poll(0, { A: 4 }), ...poll(3), ...poll(6, { A: null }), end(18)];

    expect(coverageOf(records)).toEqual({ 0: 1, 3: 1, 6: 1, 9: 1, 12: 1 / 3 });
  });

  it("keeps that end when its absence is repeated", () => {
    const records = [
      ...poll(0, { A: 4 }),
      ...poll(3, { A: null }),
      ...poll(6, { A: null }),
      ...poll(9, { A: null }),
      end(18),
    ];

    expect(coverageOf(records)).toEqual({ 0: 1, 3: 1, 6: 1, 9: 1 / 3 });
  });

  it.each([
    ["with the same content is no change", 4, 0],
    ["with another content is one", 5, 1],
  ])("and comes back %s", (_how, bikes, changes) => {
    const records = [...poll(0, { A: 4 }), ...poll(1, { A: null }), ...poll(14, { A: bikes }), end(24)];

    expect(windowsOf(records).get(12)).toMatchObject({ bikesMean: bikes, coverage: 1 / 3, changes });
  });

  it("and comes back before the hold is over has no hole", () => {
    const records = [...poll(0, { A: 4 }), ...poll(1, { A: null }), ...poll(2, { A: 7 }), end(12)];

    expect(windowsOf(records).get(0)).toMatchObject({ bikesMean: (4 * 2 + 7) / 3, coverage: 1, changes: 2 });
  });

  it("has no window when it was never observed", () => {
    expect(windowsOf([...poll(0, { A: null, B: 1 }), ...poll(3), end(13)]).size).toBe(0);
  });
});

describe("the mean of a value that can be unknown", () => {
  it("leaves out the time in which the split was unknown", () => {
    const unsplit = { bikes: 9, mechanical: null, ebike: null };
    const records = [...poll(0, { A: { bikes: 4, mechanical: 1, ebike: 3 } }), ...poll(1, { A: unsplit }), end(11)];

    const windows = windowsOf(records);

    expect(windows.get(0)).toMatchObject({ bikesMean: (4 + 9 * 2) / 3, mechanicalMean: 1, ebikeMean: 3 });
    expect(windows.get(3)).toMatchObject({ bikesMean: 9, mechanicalMean: null, ebikeMean: null });
  });

  it.each([
    ["within its capacity", { bikes: 4, docks: 6, capacity: 16 }, 4 / 16],
    ["of unknown capacity", { bikes: 4, docks: 6, capacity: null }, 4 / 10],
    ["of capacity 0", { bikes: 4, docks: 6, capacity: 0 }, 4 / 10],
    ["with more bikes than capacity", { bikes: 30, docks: 0, capacity: 20 }, 1],
    ["of capacity 0 without bikes or docks", { bikes: 0, docks: 0, capacity: 0 }, null],
    ["of unknown capacity without bikes or docks", { bikes: 0, docks: 0, capacity: null }, null],
    ["that is empty", { bikes: 0, docks: 0, capacity: 20 }, 0],
  ])("is bikes / max(capacity, bikes + docks) for the occupancy of a station %s", (_what, said, occupancy) => {
    const window = windowsOf([...poll(0, { A: said }), end(10)]).get(0);

    if (occupancy === null) expect(window?.occupancyMean).toBeNull();
    else expect(window?.occupancyMean).toBeCloseTo(occupancy, 12);
  });

  it("leaves out the time in which the station had no places", () => {
    const records = [
      ...poll(0, { A: { bikes: 0, docks: 0, capacity: 0 } }),
      ...poll(1, { A: { bikes: 3, capacity: 12 } }),
      end(11),
    ];

    expect(windowsOf(records).get(0)).toMatchObject({ occupancyMean: 3 / 12, bikesMean: 2 });
  });

  it("follows a capacity that moves while the content stays", () => {
    const records = [
      ...poll(0, { A: { bikes: 6, capacity: 12 } }),
      ...poll(1, { A: { bikes: 6, capacity: 24 } }),
      end(11),
    ];

    const window = windowsOf(records).get(0);

    expect(window).toMatchObject({ bikesMean: 6, changes: 1 });
    expect(window?.occupancyMean).toBeCloseTo((6 / 12 + (2 * 6) / 24) / 3, 12);
  });
});

describe("records that contradict each other", () => {
  const four = observed("A", 0, { bikes: 4, zone: "North" });

  it.each([
    ["counts", four, observed("A", 0, { bikes: 5, zone: "North" })],
    ["zones", four, observed("A", 0, { bikes: 4, zone: "South" })],
    ["an unknown split", four, observed("A", 0, { bikes: 4, mechanical: null, ebike: null, zone: "North" })],
  ])("(%s) give the same windows in either order", (_what, one, other) => {
    const rest = [marker(0), ...poll(1, { B: { bikes: 1, zone: "South" }, C: { bikes: 1, zone: "North" } }), end(11)];

    expect(tablesOf([one, other, ...rest])).toEqual(tablesOf([other, one, ...rest]));
  });

  it("count the observation rather than an absence", () => {
    const rest = [marker(0), end(10)];
    const observation = observed("A", 0, { bikes: 4 });

    expect(coverageOf([absent("A", 0), observation, ...rest])).toEqual({ 0: 1, 3: 1, 6: 1 });
    expect(coverageOf([observation, absent("A", 0), ...rest])).toEqual({ 0: 1, 3: 1, 6: 1 });
  });
});

describe("a batch of windows", () => {
  it("grows beyond its first capacity and starts anew when it is cleared", () => {
    const batch = new StationWindowBatch(180_000, 2);

    for (const station of ["A", "B", "C"]) batch.add("paris", station);
    expect([...batch].map(({ station }) => station)).toEqual(["A", "B", "C"]);
    batch.clear();
    batch.add("oslo", "D");
    expect([...batch].map(({ source, station }) => `${source}/${station}`)).toEqual(["oslo/D"]);
  });
});
