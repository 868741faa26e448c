import { serialize } from "node:v8";
import { describe, expect, it } from "vitest";
import type { AggregatedRecord } from "./testing/records.ts";
import { absent, at, end, marker, minuteMs, observed, poll } from "./testing/records.ts";
import { Gathered, tablesOf, textOf, threeMinutes } from "./testing/tables.ts";
import type { WindowSettings } from "./window-engine.ts";
import { assertWindowSettings, WindowEngine } from "./window-engine.ts";

const halfMinuteLate: WindowSettings = { lengthMs: 3 * minuteMs, latenessMs: minuteMs / 2 };

function engineWith(records: readonly AggregatedRecord[], settings = threeMinutes): WindowEngine {
  const engine = new WindowEngine(settings);
  for (const record of records) engine.ingest(record);
  return engine;
}

describe("window settings", () => {
  it.each([
    [minuteMs, 0],
    [3 * minuteMs, 30_000],
    [86_400_000, 86_400_000],
    [1, 0],
  ])("allow windows of %d ms that wait for %d ms", (lengthMs, latenessMs) => {
    expect(() => assertWindowSettings({ lengthMs, latenessMs })).not.toThrow();
  });

  it.each([
    ["does not divide a day", 7 * minuteMs, 0, "420000 ms does not divide a day"],
    ["is longer than a day", 2 * 86_400_000, 0, "does not divide a day"],
    ["is nothing", 0, 0, "does not divide a day"],
    ["is negative", -minuteMs, 0, "does not divide a day"],
    ["is no whole number of ms", 0.5, 0, "does not divide a day"],
    ["is no number", Number.NaN, 0, "does not divide a day"],
    ["waits a negative time", minuteMs, -1, "at least 0, got -1 ms"],
    ["waits for ever", minuteMs, Number.POSITIVE_INFINITY, "at least 0, got Infinity ms"],
  ])("refuse a window that %s", (_what, lengthMs, latenessMs, message) => {
    const construct = () => new WindowEngine({ lengthMs, latenessMs });

    expect(construct).toThrow(expect.objectContaining({ code: "VELIB_CONFIG_WINDOW" }));
    expect(construct).toThrow(message);
  });
});

describe("a window", () => {
  it("is final exactly when a marker reaches its end + the allowed lateness", () => {
    const engine = engineWith([...poll(0, { A: 4 }), { ...end(3.5), at: at(3.5) - 1 }], halfMinuteLate);

    expect([engine.output.stationWindows.size, engine.finalUntil("paris")]).toEqual([0, at(0)]);
    engine.ingest(end(3.5));
    expect([engine.output.stationWindows.size, engine.finalUntil("paris")]).toEqual([1, at(3)]);
  });

  it("takes in a record that comes as late as allowed, before or after later markers", () => {
    const late = [observed("A", 2.9, { bikes: 9 }), marker(2.9)];
    const records = [...poll(0, { A: 4 }), ...poll(3.4), ...late, end(13)];

    expect(tablesOf(records, halfMinuteLate).stations[0]).toMatchObject({ bikesMax: 9, bikesLast: 9, changes: 2 });
  });

  it("takes in a record exactly at the end of the newest final window", () => {
    const records = [...poll(0, { A: 4 }), ...poll(3.5), observed("A", 3, { bikes: 9 }), marker(3), end(13.5)];

    expect(tablesOf(records, halfMinuteLate).stations[1]).toMatchObject({ bikesMean: 9, coverage: 1, changes: 1 });
  });

  it("refuses a record once it is final", () => {
    const engine = engineWith([...poll(0, { A: 4 }), ...poll(3.5)], halfMinuteLate);
    const late = observed("A", 2.9, { bikes: 9 });
    const lateAbsence = absent("A", 2.9);

    engine.ingest(late);
    engine.ingest(lateAbsence);
    engine.ingest(marker(2.9));
    engine.ingest(end(13.5));

    expect(engine.output.refused).toEqual([
      { reason: "late", source: "paris", station: "A", at: at(2.9), record: late },
      { reason: "late", source: "paris", station: "A", at: at(2.9), record: lateAbsence },
    ]);
    expect([...engine.output.stationWindows].map(({ bikesMax }) => bikesMax)).toEqual([4, 4, 4, 4]);
  });

  it("refuses the records of a poll whose marker never came", () => {
    const unsplit = observed("B", 1, { bikes: 3, mechanical: null, ebike: null, capacity: null });
    const records = [
      ...poll(0, { A: 4 }),
      observed("A", 1, { bikes: 9 }),
      unsplit,
      absent("C", 1),
      ...poll(2),
      end(12),
    ];
    const engine = engineWith(records);

    const flags = { installed: true, renting: true, returning: true };
    const counts = { bikes: 9, docks: 1, mechanical: 9, ebike: 0 };
    const record = { station: "A", at: at(1), ...counts, ...flags, capacity: 10 };
    expect(engine.output.refused).toEqual([
      { reason: "unmarked", source: "paris", station: "A", at: at(1), record },
      {
        reason: "unmarked",
        source: "paris",
        station: "B",
        at: at(1),
        record: {
          station: "B",
          at: at(1),
          bikes: 3,
          docks: 7,
          mechanical: null,
          ebike: null,
          ...flags,
          capacity: null,
        },
      },
      {
        reason: "unmarked",
        source: "paris",
        station: "C",
        at: at(1),
        record: { station: "C", at: at(1), kind: "absent" },
      },
    ]);
    expect([...engine.output.stationWindows].map(({ station, bikesMax }) => `${station} ${bikesMax}`)).toEqual([
      "A 4",
      "A 4",
      "A 4",
      "A 4",
    ]);
  });

  it("waits for the marker as long as it waits for records", () => {
    const records = [observed("A", 0, { bikes: 4 }), marker(3), marker(0), end(13)];

    expect(tablesOf(records, { ...threeMinutes, latenessMs: 5 * minuteMs }).stations[0]).toMatchObject({
      bikesMean: 4,
    });
  });

  it("becomes final by an end marker, which is no poll", () => {
    const records = [...poll(0, { A: 4 }, 5), end(5)];

    expect(tablesOf(records).stations).toHaveLength(1);
    expect(tablesOf([...records, end(9)]).stations.map(({ coverage }) => coverage)).toEqual([1, 2 / 3]);
  });

  it("goes on after an end marker, when the source is polled again", () => {
    const records = [...poll(0, { A: 4 }, 6), end(6), ...poll(12, { A: 5 }, 6), end(18)];

    const starts = tablesOf(records).stations.map(({ start, bikesMean }) => [(start - at(0)) / minuteMs, bikesMean]);

    expect(starts).toEqual([
      [0, 4],
      [3, 4],
      [12, 5],
      [15, 5],
    ]);
  });
});

describe("sources", () => {
  it("become final each by its own markers", () => {
    const oslo = observed("A", 0, { source: "oslo", bikes: 7 });
    const engine = engineWith([...poll(0, { A: 4 }), oslo, marker(0, 10, "oslo"), end(10)]);

    expect([...engine.output.stationWindows].map(({ source }) => source)).toEqual(["paris", "paris", "paris"]);
    expect([engine.finalUntil("paris"), engine.finalUntil("oslo")]).toEqual([at(9), at(0)]);
    engine.clearOutput();
    engine.ingest(end(4, "oslo"));
    expect([...engine.output.stationWindows]).toMatchObject([{ source: "oslo", station: "A", bikesMean: 7 }]);
  });

  it("that end before anything was seen have no windows", () => {
    const engine = engineWith([end(10)]);

    expect(engine.output.stationWindows.size).toBe(0);
    expect(engine.finalUntil("oslo"), "a source that was never heard of").toBeNull();
  });
});

describe("a snapshot", () => {
  const records = [
    ...poll(0, { A: { bikes: 4, zone: "North" }, B: { bikes: 2, mechanical: null, ebike: null, zone: "South" } }),
    ...poll(2, { A: { bikes: 6, zone: "South" } }),
    ...poll(4, { B: null }),
    observed("C", 5),
    ...poll(7, { B: { bikes: 2, zone: "South", capacity: 3 } }),
    end(17),
  ];

  it("resumes at any point with the same results", () => {
    const undisturbed = textOf(tablesOf(records, halfMinuteLate));

    for (let cut = 0; cut <= records.length; cut++) {
      const gathered = new Gathered();
      const before = engineWith(records.slice(0, cut), halfMinuteLate);
      gathered.takeFrom(before);
      const after = WindowEngine.restore(before.snapshot(), halfMinuteLate);
      for (const record of records.slice(cut)) after.ingest(record);
      gathered.takeFrom(after);

      expect(textOf(gathered.tables()), `after ${cut} records`).toBe(undisturbed);
      expect(gathered.refused, `after ${cut} records`).toMatchObject([{ reason: "unmarked", station: "C" }]);
    }
  });

  it("is the same bytes after a restore", () => {
    const engine = engineWith(records.slice(0, 8), halfMinuteLate);

    const restored = WindowEngine.restore(engine.snapshot(), halfMinuteLate);

    expect(Buffer.from(restored.snapshot()).equals(engine.snapshot())).toBe(true);
    expect(restored.finalUntil("paris")).toBe(engine.finalUntil("paris"));
  });

  it("does not change while the engine goes on", () => {
    const engine = engineWith(records.slice(0, 4), halfMinuteLate);
    const snapshot = engine.snapshot();
    const copy = Buffer.from(snapshot);

    for (const record of records.slice(4)) engine.ingest(record);

    expect(copy.equals(snapshot)).toBe(true);
  });

  it("gives zone parts of the partition that it is restored for", () => {
    const engine = new WindowEngine(threeMinutes, 5);
    for (const record of records.slice(0, 3)) engine.ingest(record);

    const restored = WindowEngine.restore(engine.snapshot(), threeMinutes, 5);
    restored.ingest(end(3));

    expect(restored.output.zoneParts.map(({ partition }) => partition)).toEqual([5, 5]);
  });

  it.each([
    ["of another window length", engineWith(records).snapshot(), 60_000, "180000 ms, the configuration says 60000 ms"],
    ["of another version", serialize({ version: 99 }), 180_000, "version 99, expected 1"],
    ["that is broken off", engineWith(records).snapshot().slice(0, 40), 180_000, "40 bytes that can't be read"],
    ["that is none", new TextEncoder().encode("{}"), 180_000, "2 bytes that can't be read"],
  ])("%s is refused", (_what, bytes, lengthMs, message) => {
    const restore = () => WindowEngine.restore(bytes, { lengthMs, latenessMs: 0 }, 3);

    expect(restore).toThrow(expect.objectContaining({ code: "VELIB_CHECKPOINT_FORMAT" }));
    expect(restore).toThrow(message);
  });
});
