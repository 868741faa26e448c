import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endOf, everyObservation } from "./testing/every-observation.ts";
import { feed } from "./testing/feeds.ts";
import { fuzz, fuzzTimeoutMs, inTurn } from "./testing/fuzz.ts";
import { naiveWindows } from "./testing/naive-windows.ts";
import type { AggregatedRecord } from "./testing/records.ts";
import { minuteMs } from "./testing/records.ts";
import type { Tables } from "./testing/tables.ts";
import { Gathered, tablesOf, textOf } from "./testing/tables.ts";
import type { WindowSettings } from "./window-engine.ts";
import { WindowEngine } from "./window-engine.ts";

const settings = fc.record({
  lengthMs: fc.constantFrom(minuteMs, 3 * minuteMs, 15 * minuteMs),
  latenessMs: fc.constantFrom(0, minuteMs / 2, 7 * minuteMs),
});

/** Every observation of one to three sources, each source's records in order. */
const sources = fc
  .tuple(
    feed("paris", { fixedHold: false }),
    fc.option(feed("oslo", { fixedHold: false })),
    fc.option(feed("lyon", { fixedHold: false })),
  )
  .map((feeds) => feeds.filter((one) => one !== null).map(recorded));

function recorded(one: Parameters<typeof everyObservation>[0]): AggregatedRecord[] {
  const records = everyObservation(one);
  const end = endOf(records);
  return end === null ? records : [...records, end];
}

/** Numbers in [0, 1) to be used in turn. */
const shares = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 12 }).map(atLeastOne);

function atLeastOne(percentages: number[]): [number, ...number[]] {
  const [first = 0, ...others] = percentages;
  return [first / 100, ...others.map((percentage) => percentage / 100)];
}

/** Sorts records by a time of arrival; equal times stay in order. */
function arriving(records: { record: AggregatedRecord; arrivesAt: number }[]): AggregatedRecord[] {
  return records.toSorted((a, b) => a.arrivesAt - b.arrivesAt).map(({ record }) => record);
}

/** Occupancy is a sum of fractions: the naive sum rounds in another order. Everything else must be equal. */
function expectEqual(actual: Tables, expected: Tables): void {
  const exact = ({ stations, zones }: Tables) => ({
    stations: stations.map((window) => ({ ...window, occupancyMean: window.occupancyMean === null })),
    zones,
  });
  expect(exact(actual)).toEqual(exact(expected));
  for (const [i, window] of actual.stations.entries()) {
    expect(window.occupancyMean ?? 0).toBeCloseTo(expected.stations[i]?.occupancyMean ?? 0, 12);
  }
}

describe("the window engine, over made-up feeds,", { timeout: fuzzTimeoutMs }, () => {
  it("computes what the definitions say", () => {
    let windows = 0;
    fc.assert(
      fc.property(sources, settings, (streams, windowSettings) => {
        const records = streams.flat();

        const tables = tablesOf(records, windowSettings);

        windows += tables.zones.length;
        expectEqual(tables, naiveWindows(records, windowSettings));
      }),
      fuzz(150),
    );
    expect(windows, "zone windows compared").toBeGreaterThan(1_000);
  });

  it("gives the same tables whatever the batching, with a restart between any two records", () => {
    fc.assert(
      fc.property(sources, settings, shares, (streams, windowSettings, restarts) => {
        const records = streams.flat();
        const restart = inTurn(restarts);
        const gathered = new Gathered();
        let engine = new WindowEngine(windowSettings);

        for (const record of records) {
          engine.ingest(record);
          if (restart() < 0.5) continue;
          gathered.takeFrom(engine);
          engine = WindowEngine.restore(engine.snapshot(), windowSettings);
        }
        gathered.takeFrom(engine);

        expect(textOf(gathered.tables())).toBe(textOf(tablesOf(records, windowSettings)));
      }),
      fuzz(100),
    );
  });

  it("gives the same tables whatever the interleaving of sources", () => {
    fc.assert(
      fc.property(sources, settings, shares, (streams, windowSettings, turns) => {
        const turn = inTurn(turns);
        const waiting = streams.map((records) => [...records]);
        const interleaved: AggregatedRecord[] = [];
        while (waiting.some((records) => records.length > 0)) {
          const left = waiting.filter((records) => records.length > 0);
          interleaved.push(...(left[Math.floor(turn() * left.length)]?.splice(0, 1 + Math.floor(turn() * 5)) ?? []));
        }

        const tables = tablesOf(interleaved, windowSettings);

        expect(textOf(tables)).toBe(textOf(tablesOf(streams.flat(), windowSettings)));
      }),
      fuzz(150),
    );
  });

  it("gives the same tables whatever the order within the allowed lateness, and refuses nothing", () => {
    fc.assert(
      fc.property(sources, settings, shares, (streams, windowSettings, delays) => {
        const delay = inTurn(delays);
        const records = streams.flat();
        const delayed = records.map((record) => {
          return { record, arrivesAt: record.at + Math.round(delay() * windowSettings.latenessMs) };
        });
        const engine = new WindowEngine(windowSettings);
        const gathered = new Gathered();

        for (const record of arriving(delayed)) engine.ingest(record);
        gathered.takeFrom(engine);

        expect(gathered.refused).toEqual([]);
        expect(textOf(gathered.tables())).toBe(textOf(tablesOf(records, windowSettings)));
      }),
      fuzz(150),
    );
  });

  it("gives the same tables whatever is repeated, however late", () => {
    fc.assert(
      fc.property(sources, settings, shares, (streams, windowSettings, repeats) => {
        const repeat = inTurn(repeats);
        const records = streams.flat();
        const repeated = records.flatMap((record) => {
          const once = { record, arrivesAt: record.at };
          if (repeat() < 0.6) return [once];
          return [once, { record, arrivesAt: record.at + Math.round(repeat() ** 4 * 24 * 60 * minuteMs) }];
        });

        const tables = tablesOf(arriving(repeated), windowSettings);

        expect(textOf(tables)).toBe(textOf(tablesOf(records, windowSettings)));
      }),
      fuzz(150),
    );
  });

  it("gives the same station windows and sums of zone parts however stations are spread over partitions", () => {
    fc.assert(
      fc.property(
        sources,
        settings,
        shares,
        fc.integer({ min: 2, max: 5 }),
        (streams, windowSettings, places, count) => {
          const records = streams.flat();

          const tables = spread(records, windowSettings, places, count);

          expect(textOf(tables)).toBe(textOf(tablesOf(records, windowSettings)));
        },
      ),
      fuzz(150),
    );
  });
});

/** The tables of `count` engines, each with its share of the stations and every marker. */
function spread(
  records: readonly AggregatedRecord[],
  windowSettings: WindowSettings,
  places: [number, ...number[]],
  count: number,
): Tables {
  const engines = Array.from({ length: count }, (_, partition) => new WindowEngine(windowSettings, partition));
  const place = inTurn(places);
  const partitions = new Map<string, WindowEngine>();
  for (const record of records) {
    if (record.kind === "poll" || record.kind === "end") {
      for (const engine of engines) engine.ingest(record);
      continue;
    }
    const key = `${record.source}/${record.station}`;
    const engine = partitions.get(key) ?? engines[Math.floor(place() * count)];
    if (engine === undefined) throw new Error(`no partition for ${key}`);
    partitions.set(key, engine);
    engine.ingest(record);
  }
  const gathered = new Gathered();
  for (const engine of engines) gathered.takeFrom(engine);
  return gathered.tables();
}
