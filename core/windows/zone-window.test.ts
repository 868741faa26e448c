import { describe, expect, it } from "vitest";
import type { AggregatedRecord } from "./testing/records.ts";
import { absent, at, end, marker, poll } from "./testing/records.ts";
import { tablesOf } from "./testing/tables.ts";
import type { ZonePart, ZoneWindow } from "./zone-window.ts";
import { zoneWindow } from "./zone-window.ts";

/** The three-minute window of a zone that starts at noon + the minutes. */
function zoneAt(records: readonly AggregatedRecord[], zone: string, minutes: number): ZoneWindow | undefined {
  return tablesOf(records).zones.find((window) => window.zone === zone && window.start === at(minutes));
}

describe("a zone's window", () => {
  it("is the average station of the zone", () => {
    const records = [
      ...poll(0, { A: { bikes: 6, capacity: 10, zone: "North" }, B: { bikes: 2, capacity: 30, zone: "North" } }),
      ...poll(2, { B: { bikes: 5, capacity: 30, zone: "North" } }),
      end(12),
    ];

    expect(zoneAt(records, "North", 0)).toEqual({
      source: "paris",
      zone: "North",
      start: at(0),
      end: at(3),
      mechanicalMean: (6 * 3 + 2 * 2 + 5) / 6,
      ebikeMean: 0,
      bikesMean: (6 * 3 + 2 * 2 + 5) / 6,
      docksMean: (4 * 3 + 8 * 2 + 5) / 6,
      occupancyMean: (6 * 3 + 2 * 2 + 5) / (10 * 3 + 30 * 3),
      stations: 2,
      bikesTotal: ((6 * 3 + 2 * 2 + 5) / 6) * 2,
      coverage: 1,
      changes: 3,
    });
  });

  it("weighs its stations by the time they were known", () => {
    const records = [
      ...poll(0, { A: { bikes: 6, zone: "North" } }),
      ...poll(2, { B: { bikes: 2, zone: "North" } }),
      end(12),
    ];

    expect(zoneAt(records, "North", 0)).toMatchObject({ bikesMean: (6 * 3 + 2) / 4, stations: 2, coverage: 4 / 6 });
  });

  it("counts stations that were never seen into its coverage", () => {
    const unseen = [absent("B", 0, "North"), absent("C", 0, "North"), absent("D", 0, "South")];
    const records = [...unseen, ...poll(0, { A: { bikes: 6, zone: "North" } }), end(10)];

    expect(zoneAt(records, "North", 0)).toMatchObject({ bikesMean: 6, stations: 1, bikesTotal: 6, coverage: 1 / 3 });
    expect(zoneAt(records, "South", 0), "no station of it was known").toBeUndefined();
  });

  it("leaves a station out while it is not installed", () => {
    const north = { zone: "North" };
    const records = [
      ...poll(0, { A: { bikes: 6, ...north }, B: { bikes: 2, ...north } }),
      ...poll(1, { B: { bikes: 0, installed: false, ...north } }),
      ...poll(5, { B: { bikes: 1, ...north } }),
      end(15),
    ];

    expect(zoneAt(records, "North", 0)).toMatchObject({
      bikesMean: (6 * 3 + 2) / 4,
      stations: 2,
      coverage: 4 / 6,
      changes: 2,
    });
    expect(zoneAt(records, "North", 3)).toMatchObject({ bikesMean: (6 * 3 + 1) / 4, stations: 2, changes: 1 });
  });

  it("has no window while none of its stations is installed", () => {
    const records = [...poll(0, { A: { bikes: 6, installed: false, zone: "North" } }), end(10)];

    expect(tablesOf(records).zones).toEqual([]);
  });

  it("goes on for as long as the last observation of any station holds", () => {
    const records = [...poll(0, { A: { zone: "North" } }), ...poll(16, { A: { zone: "North" } }), end(26)];

    const starts = tablesOf(records).zones.map(({ start, coverage }) => [(start - at(0)) / 60_000, coverage]);

    expect(starts).toEqual([
      [0, 1],
      [3, 1],
      [6, 1],
      [9, 1 / 3],
      [15, 2 / 3],
      [18, 1],
      [21, 1],
    ]);
  });

  it("averages the split over the time in which it was known", () => {
    const records = [
      ...poll(0, {
        A: { bikes: 4, mechanical: 1, ebike: 3, zone: "North" },
        B: { bikes: 8, mechanical: null, ebike: null, zone: "North" },
        C: { bikes: 8, mechanical: null, ebike: null, zone: "South" },
      }),
      end(10),
    ];

    expect(zoneAt(records, "North", 0)).toMatchObject({ bikesMean: 6, mechanicalMean: 1, ebikeMean: 3 });
    expect(zoneAt(records, "South", 0)).toMatchObject({ bikesMean: 8, mechanicalMean: null, ebikeMean: null });
  });

  it("has no occupancy when its stations have no places", () => {
    const records = [...poll(0, { A: { bikes: 0, docks: 0, capacity: 0, zone: "North" } }), end(10)];

    expect(zoneAt(records, "North", 0)).toMatchObject({ bikesMean: 0, occupancyMean: null });
  });

  it("leaves out stations without a zone", () => {
    const records = [...poll(0, { A: { bikes: 4 }, B: { bikes: 6, zone: "North" } }), end(10)];

    expect(tablesOf(records).zones).toHaveLength(3);
    expect(zoneAt(records, "North", 0)).toMatchObject({ bikesMean: 6, stations: 1, coverage: 1 });
  });
});

describe("a station whose zone moves within a window", () => {
  it("counts into each zone for the time it was there", () => {
    const records = [
      ...poll(0, { A: { bikes: 6, zone: "North" } }),
      ...poll(1, { A: { bikes: 6, zone: "South" } }),
      end(11),
    ];

    expect(zoneAt(records, "North", 0)).toMatchObject({ bikesMean: 6, stations: 1, coverage: 1 / 3, changes: 1 });
    expect(zoneAt(records, "South", 0)).toMatchObject({ bikesMean: 6, stations: 1, coverage: 2 / 3, changes: 0 });
    expect(zoneAt(records, "North", 3), "a zone that it left").toBeUndefined();
    expect(zoneAt(records, "South", 3)).toMatchObject({ stations: 1, coverage: 1 });
    expect(tablesOf(records).stations[0]).toMatchObject({ bikesMean: 6, coverage: 1, changes: 1 });
  });

  it("counts once into a zone it comes back to", () => {
    const records = [
      ...poll(0, { A: { bikes: 6, zone: "North" } }),
      ...poll(1, { A: { bikes: 4, zone: "South" } }),
      ...poll(2, { A: { bikes: 3, zone: "North" } }),
      ...poll(2.5, { A: { bikes: 3, zone: "South" } }),
      end(13),
    ];

    expect(zoneAt(records, "North", 0)).toMatchObject({
      bikesMean: (6 + 1.5) / 1.5,
      stations: 1,
      coverage: 0.5,
      changes: 2,
    });
    expect(zoneAt(records, "South", 0)).toMatchObject({
      bikesMean: (4 + 1.5) / 1.5,
      stations: 1,
      coverage: 0.5,
      changes: 1,
    });
  });

  it("never lifts the coverage of a zone above 1", () => {
    const records = [
      ...poll(0, { A: { zone: "North" }, B: { zone: "North" } }),
      ...poll(2.9, { A: { zone: "South" } }),
      end(13),
    ];

    expect(zoneAt(records, "North", 0)?.coverage).toBeCloseTo((2 * 3 - 0.1) / (2 * 3), 12);
  });

  it("has left its old zone altogether when it moves exactly at the window's start", () => {
    const records = [
      ...poll(0, { A: { zone: "North" }, B: { zone: "North" } }),
      ...poll(3, { A: { zone: "South" } }),
      end(13),
    ];

    expect(zoneAt(records, "North", 3)).toMatchObject({ stations: 1, coverage: 1 });
    expect(zoneAt(records, "South", 3)).toMatchObject({ stations: 1, coverage: 1 });
  });

  it("counts into the zone it moved to while it was absent", () => {
    const records = [
      ...poll(0, { A: { zone: "North" } }),
      absent("A", 1, "South"),
      marker(1),
      ...poll(20, { A: { zone: "South" } }),
      end(30),
    ];

    expect(zoneAt(records, "North", 0)).toMatchObject({ coverage: 1 / 3 });
    expect(zoneAt(records, "South", 9), "the rest of the hold").toMatchObject({ coverage: 1 / 3 });
    expect(zoneAt(records, "South", 18)).toMatchObject({ coverage: 1 / 3, changes: 0 });
  });

  it("can lose its zone and find it again", () => {
    const records = [
      ...poll(0, { A: { zone: "North" } }),
      ...poll(1, { A: { zone: null } }),
      ...poll(2, { A: { zone: "North" } }),
      end(12),
    ];

    expect(zoneAt(records, "North", 0)).toMatchObject({ stations: 1, coverage: 2 / 3, changes: 1 });
  });
});

describe("the parts of a zone's window", () => {
  const part: ZonePart = {
    source: "paris",
    zone: "North",
    start: at(0),
    end: at(3),
    partition: 0,
    knownMs: 180_000,
    bikesMs: 720_000,
    docksMs: 1_080_000,
    mechanicalMs: 360_000,
    ebikeMs: 360_000,
    splitMs: 180_000,
    placesMs: 1_800_000,
    stations: 1,
    zoneStations: 1,
    changes: 2,
  };
  const unknown = {
    knownMs: 0,
    bikesMs: 0,
    docksMs: 0,
    mechanicalMs: 0,
    ebikeMs: 0,
    splitMs: 0,
    placesMs: 0,
    stations: 0,
    changes: 0,
  };

  it("are added up before anything is divided", () => {
    const other = {
      ...part,
      partition: 1,
      knownMs: 60_000,
      bikesMs: 600_000,
      placesMs: 600_000,
      splitMs: 0,
      mechanicalMs: 0,
      ebikeMs: 0,
    };

    expect(zoneWindow([part, other])).toMatchObject({
      bikesMean: 1_320_000 / 240_000,
      occupancyMean: 1_320_000 / 2_400_000,
      mechanicalMean: 2,
      stations: 2,
      coverage: 240_000 / 360_000,
      changes: 4,
    });
    expect(part.bikesMs, "the parts themselves stay as they are").toBe(720_000);
  });

  it("count their stations though none of them was known", () => {
    expect(zoneWindow([part, { ...part, ...unknown, zoneStations: 3 }])).toMatchObject({
      stations: 1,
      coverage: 1 / 4,
    });
  });

  it.each([
    ["there is none", []],
    ["nothing was known", [{ ...part, ...unknown }]],
  ])("make no window when %s", (_when, parts) => {
    expect(zoneWindow(parts)).toBeNull();
  });
});
