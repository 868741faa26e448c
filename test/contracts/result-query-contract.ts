import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ResultStore, StationQuery, WindowQuery } from "../../core/ports/result-store.ts";
import type { Open, Opened } from "./opened.ts";
import { contractTimeoutMs, uniqueName } from "./opened.ts";
import {
  commitOf,
  sourceState,
  stationState,
  stationWindow,
  stationWindowsOf,
  windowMs,
  windowStart,
  zonePart,
  zoneWindowsOf,
} from "./result-rows.ts";

/** By code units, which no language's collation gives: "10" before "9", "É" after "z". */
const sorted = ["10", "100", "9", "A-1", "Z", "_", "a", "a b", "z", "É", "é", "東京"];

/** What every result store answers. */
export function resultQueryContract(name: string, open: Open<ResultStore>): void {
  describe(`result store contract, queries: ${name}`, { timeout: contractTimeoutMs }, () => {
    let opened: Opened<ResultStore>;
    let results: ResultStore;
    let oslo: string;
    let paris: string;

    beforeEach(async () => {
      opened = await open(uniqueName("queries"));
      results = opened.port;
      oslo = uniqueName("oslo");
      paris = uniqueName("paris");
    }, contractTimeoutMs);

    afterEach(() => opened.close(), contractTimeoutMs);

    it("sorts station windows by source, station and start, by code units", async () => {
      const ids = sorted.toReversed();
      for (const n of [2, 0, 1]) {
        await results.commit(
          commitOf({ windows: ids.flatMap((id) => [stationWindow(paris, id, n), stationWindow(oslo, id, n)]) }),
        );
      }

      const read = await stationWindowsOf(results);

      const expected = [oslo, paris].flatMap((source) =>
        sorted.flatMap((id) => [0, 1, 2].map((n) => stationWindow(source, id, n))),
      );
      expect(read).toEqual(expected);
    });

    it("sorts zone windows likewise", async () => {
      const ids = sorted.toReversed();
      for (const n of [1, 0]) {
        await results.commit(
          commitOf({ zoneParts: ids.flatMap((id) => [zonePart(paris, id, n, 0), zonePart(oslo, id, n, 0)]) }),
        );
      }

      const read = await zoneWindowsOf(results);

      const expected = [oslo, paris].flatMap((source) =>
        sorted.flatMap((id) => [0, 1].map((n) => [source, id, windowStart(n)])),
      );
      expect(read.map(({ source, zone, start }) => [source, zone, start])).toEqual(expected);
    });

    describe("with windows of two sources", () => {
      beforeEach(async () => {
        const ids = ["1", "2"];
        const times = [0, 1, 2, 3];
        const both = [paris, oslo].flatMap((source) => ids.flatMap((id) => times.map((n) => ({ source, id, n }))));
        await results.commit(
          commitOf({
            windows: both.map(({ source, id, n }) => stationWindow(source, id, n)),
            zoneParts: both.map(({ source, id, n }) => zonePart(source, id, n, 0)),
          }),
        );
      }, contractTimeoutMs);

      it.each([
        ["all", {}, 16],
        ["a source", { source: "paris" }, 8],
        ["an id in every source", { id: "2" }, 8],
        ["a source and an id", { source: "oslo", id: "1" }, 4],
        ["from, which is in", { source: "paris", from: windowStart(1) }, 6],
        ["to, which is out", { source: "paris", to: windowStart(1) }, 2],
        ["from and to", { source: "paris", id: "1", from: windowStart(1), to: windowStart(3) }, 2],
        ["from within a window: not that one", { source: "paris", id: "1", from: windowStart(1) + 1 }, 2],
        ["an empty range", { from: windowStart(2), to: windowStart(2) }, 0],
        ["before the first", { to: windowStart(0) }, 0],
        ["after the last", { from: windowStart(4) }, 0],
        ["an unknown source", { source: "nowhere" }, 0],
        ["an unknown id", { source: "paris", id: "3" }, 0],
      ])(
        "finds %s",
        async (_what, { source, ...rest }: { source?: string; id?: string; from?: number; to?: number }, count) => {
          const names: Record<string, string> = { paris, oslo };
          const query: WindowQuery = source === undefined ? rest : { ...rest, source: names[source] ?? source };

          const stations = await stationWindowsOf(results, query);
          const zones = await zoneWindowsOf(results, query);

          expect(stations).toHaveLength(count);
          expect(zones).toHaveLength(count);
          for (const { start, source: of } of [...stations, ...zones]) {
            expect(start).toBeGreaterThanOrEqual(rest.from ?? 0);
            expect(start).toBeLessThan(rest.to ?? Number.POSITIVE_INFINITY);
            expect(query.source ?? of).toBe(of);
          }
        },
      );
    });

    it.each([
      ["a third", 1 / 3],
      ["0.1 + 0.2", 0.1 + 0.2],
      ["zero", 0],
      ["the smallest double", 5e-324],
      ["the largest double", Number.MAX_VALUE],
      ["more than 32 bits", 2 ** 40 + 0.5],
    ])("keeps %s exactly", async (_what, value) => {
      const window = stationWindow(paris, "1", 0, { bikesMean: value, occupancyMean: value, coverage: value });

      await results.commit(commitOf({ windows: [window] }));

      expect(await stationWindowsOf(results)).toEqual([window]);
    });

    it("keeps what is unknown as null", async () => {
      const window = stationWindow(paris, "1", 0, {
        mechanicalMean: null,
        ebikeMean: null,
        occupancyMean: null,
        bikesLast: null,
        docksLast: null,
      });
      const state = stationState(paris, "1", {
        name: null,
        lat: null,
        lon: null,
        capacity: null,
        commune: null,
        zone: null,
        content: null,
        changedAt: null,
        reportedAt: null,
      });
      const source = sourceState(paris, { feedTime: null, finalUntil: null });

      await results.commit(commitOf({ windows: [window], stations: [state], sources: [source] }));

      expect(await stationWindowsOf(results)).toEqual([window]);
      expect(await results.station(paris, "1")).toEqual(state);
      expect(await results.sources()).toEqual([source]);
    });

    it("adds up a zone's parts of all partitions, each of them once", async () => {
      const half = {
        knownMs: windowMs,
        splitMs: 0,
        mechanicalMs: 0,
        ebikeMs: 0,
        stations: 1,
        zoneStations: 2,
        changes: 1,
      };
      const parts = [
        zonePart(paris, "4", 0, 0),
        zonePart(paris, "4", 0, 1, { bikesMs: 10 * 2 * windowMs, placesMs: 20 * 2 * windowMs, changes: 0 }),
        zonePart(paris, "4", 0, 5, { ...half, bikesMs: windowMs, docksMs: windowMs, placesMs: 2 * windowMs }),
      ];
      for (const part of [...parts, parts[1]!]) {
        await results.commit(commitOf({ partition: part.partition, zoneParts: [part] }));
      }

      expect(await zoneWindowsOf(results)).toEqual([
        {
          source: paris,
          zone: "4",
          start: windowStart(0),
          end: windowStart(1),
          // 2 stations with 4 bikes, 2 with 10, 1 with 1.
          bikesMean: 29 / 5,
          docksMean: 25 / 5,
          mechanicalMean: 3,
          ebikeMean: 1,
          occupancyMean: 29 / 62,
          stations: 5,
          bikesTotal: 29,
          coverage: 5 / 6,
          changes: 6,
        },
      ]);
    });

    it("says null where a zone's split and places are unknown, and nothing where no station was known", async () => {
      const nothing = { knownMs: 0, bikesMs: 0, docksMs: 0, mechanicalMs: 0, ebikeMs: 0, splitMs: 0, placesMs: 0 };
      await results.commit(
        commitOf({
          zoneParts: [
            zonePart(paris, "4", 0, 0, {
              splitMs: 0,
              mechanicalMs: 0,
              ebikeMs: 0,
              bikesMs: 0,
              docksMs: 0,
              placesMs: 0,
            }),
            zonePart(paris, "5", 0, 0, { ...nothing, stations: 0 }),
          ],
        }),
      );

      const read = await zoneWindowsOf(results);

      expect(read).toHaveLength(1);
      expect(read[0]).toMatchObject({
        zone: "4",
        mechanicalMean: null,
        ebikeMean: null,
        occupancyMean: null,
        bikesMean: 0,
      });
    });

    describe("with stations of two sources", () => {
      beforeEach(async () => {
        await results.commit(
          commitOf({
            stations: [
              stationState(paris, "9", { lat: 48.9, lon: 2.3 }),
              stationState(paris, "10", { lat: 48.8, lon: 2.4 }),
              stationState(paris, "é", { lat: null, lon: null }),
              stationState(oslo, "9", { lat: 59.9, lon: 10.7 }),
            ],
          }),
        );
      }, contractTimeoutMs);

      const cases: [string, (paris: string, oslo: string) => StationQuery, string[]][] = [
        ["all", () => ({}), ["oslo 9", "paris 10", "paris 9", "paris é"]],
        ["a source", (p) => ({ source: p }), ["paris 10", "paris 9", "paris é"]],
        ["an unknown source", () => ({ source: "nowhere" }), []],
        ["the first ones", () => ({ limit: 2 }), ["oslo 9", "paris 10"]],
        ["the ones after", (p) => ({ after: { source: p, station: "10" }, limit: 2 }), ["paris 9", "paris é"]],
        ["none after the last", (p) => ({ after: { source: p, station: "é" } }), []],
        [
          "a source's after another's",
          (p, o) => ({ source: p, after: { source: o, station: "9" }, limit: 1 }),
          ["paris 10"],
        ],
        ["a box", () => ({ bbox: [2.25, 48.85, 2.35, 48.95] }), ["paris 9"]],
        ["a box with its edges", () => ({ bbox: [2.3, 48.8, 2.4, 48.9] }), ["paris 10", "paris 9"]],
        ["a box and a page", () => ({ bbox: [-180, -90, 180, 90], limit: 1 }), ["oslo 9"]],
        ["an empty box", () => ({ bbox: [0, 0, 1, 1] }), []],
      ];

      it.each(cases)("finds %s", async (_what, query, expected) => {
        const found = await results.stations(query(paris, oslo));

        const names = new Map([
          [paris, "paris"],
          [oslo, "oslo"],
        ]);
        expect(found.map(({ source, station }) => `${names.get(source)} ${station}`)).toEqual(expected);
      });

      it("finds one station", async () => {
        expect(await results.station(paris, "10")).toEqual(stationState(paris, "10", { lat: 48.8, lon: 2.4 }));
        expect(await results.station(oslo, "10")).toBeNull();
      });
    });

    it("hands windows on as it reads them instead of holding them all", async () => {
      const stations = Array.from({ length: 200 }, (_, i) => String(1000 + i));
      for (let n = 0; n < 200; n += 40) {
        const times = Array.from({ length: 40 }, (_, i) => n + i);
        await results.commit(
          commitOf({ windows: stations.flatMap((id) => times.map((time) => stationWindow(paris, id, time))) }),
        );
      }
      const heldAtRest = heapAfterCollection();

      const rows = results.stationWindows({ source: paris })[Symbol.asyncIterator]();
      const first = await rows.next();
      const heldReading = heapAfterCollection() - heldAtRest;
      await rows.return?.();
      const all = await stationWindowsOf(results, { source: paris });
      const heldWhole = heapAfterCollection() - heldAtRest;

      expect(first.value).toEqual(stationWindow(paris, "1000", 0));
      expect(all).toHaveLength(40_000);
      expect(heldReading, `bytes while reading, of ${heldWhole} for all rows`).toBeLessThan(heldWhole / 2);
    });

    it("takes commits while windows are being read", async () => {
      const ids = ["1", "2", "3"];
      await results.commit(commitOf({ windows: ids.map((id) => stationWindow(paris, id, 0)) }));
      const read: string[] = [];

      for await (const { station, start } of results.stationWindows({ source: paris, to: windowStart(1) })) {
        await results.commit(commitOf({ windows: ids.map((id) => stationWindow(paris, id, 1 + read.length)) }));
        read.push(`${station} ${(start - windowStart(0)) / windowMs}`);
      }

      expect(read).toEqual(["1 0", "2 0", "3 0"]);
      expect(await stationWindowsOf(results)).toHaveLength(12);
    });
  });
}

function heapAfterCollection(): number {
  setFlagsFromString("--expose_gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
