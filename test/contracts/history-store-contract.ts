import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ObservationRecord, PollMarker } from "../../core/log/record.ts";
import type { Observation } from "../../core/observation/observation.ts";
import type { HistoryStore } from "../../core/ports/history-store.ts";
import { allOf } from "./all-of.ts";
import { change, keyframe, minute, pollMarker } from "./log-records.ts";
import type { Open, Opened } from "./opened.ts";
import { contractTimeoutMs, uniqueName } from "./opened.ts";

const day = 24 * 60 * minute;
const midnight = Date.UTC(2024, 10, 8);
const date = "2024-11-08";
const always = [0, midnight + 365 * day] as const;

/** What every history store does. */
export function historyStoreContract(name: string, open: Open<HistoryStore>): void {
  describe(`history store contract: ${name}`, { timeout: contractTimeoutMs }, () => {
    let opened: Opened<HistoryStore>;
    let history: HistoryStore;
    let paris: string;
    let oslo: string;
    let offset: bigint;

    beforeEach(async () => {
      opened = await open(uniqueName("history"));
      history = opened.port;
      paris = uniqueName("paris");
      oslo = uniqueName("oslo");
      offset = 0n;
    }, contractTimeoutMs);

    afterEach(() => opened.close(), contractTimeoutMs);

    /** Appends observations with the markers of their polls. */
    function append(observations: ObservationRecord[], partition = 0): Promise<void> {
      offset += BigInt(observations.length + 1);
      const polls = new Map<string, PollMarker>();
      for (const { source, at } of observations) polls.set(`${source}/${at}`, pollMarker(source, at));
      return history.append({ observations, polls: [...polls.values()], partition, offset });
    }

    function ofStation(source: string, station: string, from: number = always[0], to: number = always[1]) {
      return allOf(history.station(source, station, from, to));
    }

    function ofDay(source: string, on: string) {
      return allOf(history.day(source, on));
    }

    function pollsOf(source: string, from: number = always[0], to: number = always[1]) {
      return allOf(history.polls(source, from, to));
    }

    it("has nothing at first", async () => {
      expect(await history.position(0)).toBeNull();
      expect(await ofStation(paris, "1")).toEqual([]);
      expect(await ofDay(paris, date)).toEqual([]);
      expect(await pollsOf(paris)).toEqual([]);
    });

    it("gives changes and keyframes back as observations, null as null", async () => {
      const unknown = { mechanical: null, ebike: null, capacity: null, zone: null, reportedAt: null };
      const records = [
        change(paris, "é 東京/1", midnight, { bikes: 0, installed: false, renting: false, returning: true }),
        keyframe(paris, "é 東京/1", midnight + minute, unknown),
      ];

      await append(records);

      expect(await ofStation(paris, "é 東京/1")).toEqual(records.map(observationOf));
      expect(await ofDay(paris, date)).toEqual(records.map(observationOf));
    });

    it("has the same rows after an append was repeated, or a part of it with other neighbours", async () => {
      const records = [0, 1, 2].flatMap((n) => ["1", "2"].map((code) => change(paris, code, midnight + n * minute)));
      await append(records);
      const before = [await ofDay(paris, date), await pollsOf(paris)];

      await append(records);
      await append(records.slice(2));

      expect([await ofDay(paris, date), await pollsOf(paris)]).toEqual(before);
      expect(before[0]).toHaveLength(6);
    });

    it("tells one station over time, from (in) to (out), by time", async () => {
      for (const n of [4, 1, 0, 3, 2]) {
        const at = midnight + n * minute;
        await append([change(paris, "1", at, { bikes: n }), change(paris, "2", at), change(oslo, "1", at)]);
      }

      const all = await ofStation(paris, "1");
      const some = await ofStation(paris, "1", midnight + minute, midnight + 3 * minute);

      expect(all.map(({ bikes }) => bikes)).toEqual([0, 1, 2, 3, 4]);
      expect(some.map(({ bikes }) => bikes)).toEqual([1, 2]);
      expect(await ofStation(paris, "3")).toEqual([]);
      expect(await ofStation("nowhere", "1")).toEqual([]);
    });

    it("tells one station over days and thousands of observations", async () => {
      const count = 12_000;
      const step = 3 * minute;
      for (let n = 0; n < count; n += 2000) {
        const part = Array.from({ length: 2000 }, (_, i) =>
          change(paris, "1", midnight + (n + i) * step, { bikes: n + i }),
        );
        await append(part);
      }

      const all = await ofStation(paris, "1");

      expect(all).toHaveLength(count);
      expect(all.every(({ bikes }, n) => bikes === n)).toBe(true);
    });

    it("tells one UTC day of a source, by time then station by code units", async () => {
      const codes = ["é", "9", "10"];
      const times = [midnight - 1, midnight, midnight + 12 * 60 * minute, midnight + day - 1, midnight + day];
      for (const at of times.toReversed()) {
        await append(codes.flatMap((code) => [change(paris, code, at), change(oslo, code, at)]));
      }

      const rows = await ofDay(paris, date);

      expect(rows.map(({ source, at, station }) => [source, at - midnight, station])).toEqual(
        times.slice(1, 4).flatMap((at) => ["10", "9", "é"].map((code) => [paris, at - midnight, code])),
      );
      expect(await ofDay(paris, "2024-11-09")).toHaveLength(3);
      expect(await ofDay(paris, "2024-11-10")).toEqual([]);
    });

    it("tells polls by time, from (in) to (out), also those in which nothing was written", async () => {
      const markers = [3, 0, 2, 1].map((n) =>
        pollMarker(paris, midnight + n * 20 * 60 * minute, { observed: n, feedTime: n === 0 ? null : midnight }),
      );
      for (const marker of markers) {
        await history.append({ observations: [], polls: [marker], partition: 0, offset: 1n });
      }
      await append([change(oslo, "1", midnight)]);

      const sorted = markers.toSorted((a, b) => a.at - b.at);
      expect(await pollsOf(paris)).toEqual(sorted);
      expect(await pollsOf(paris, sorted[1]!.at, sorted[3]!.at)).toEqual(sorted.slice(1, 3));
    });

    it("puts the parts of several partitions together, each with its marker of the same poll", async () => {
      for (const n of [0, 1]) {
        const at = midnight + n * minute;
        await append([change(paris, "1", at)], 0);
        await append([change(paris, "2", at)], 1);
      }

      expect((await ofDay(paris, date)).map(({ at, station }) => [(at - midnight) / minute, station])).toEqual([
        [0, "1"],
        [0, "2"],
        [1, "1"],
        [1, "2"],
      ]);
      expect(await pollsOf(paris)).toHaveLength(2);
    });

    it("saves the offset of each partition with its append, also of an empty one", async () => {
      await history.append({ observations: [], polls: [], partition: 0, offset: 7n });
      await history.append({ observations: [], polls: [], partition: 3, offset: 2n ** 50n });
      await history.append({ observations: [change(paris, "1", midnight)], polls: [], partition: 0, offset: 9n });

      expect(await history.position(0)).toBe(9n);
      expect(await history.position(3)).toBe(2n ** 50n);
      expect(await history.position(1)).toBeNull();
    });

    it("gives a stretch over hours and midnight by time, then station, its end left out", async () => {
      const hours = [-2, -1.5, -0.25, 0, 0.5, 1].map((hour) => midnight + hour * 60 * minute);
      for (const at of hours) await append([change(paris, "2", at), change(paris, "10", at)]);
      await append([change(oslo, "1", midnight)]);

      const stretch = await allOf(history.between(paris, midnight - 90 * minute, midnight + 60 * minute));

      expect(stretch.map(({ at, station }) => [(at - midnight) / minute, station])).toEqual(
        [-90, -15, 0, 30].flatMap((at) => [
          [at, "10"],
          [at, "2"],
        ]),
      );
      expect(await allOf(history.between(paris, midnight + day, midnight + 2 * day))).toEqual([]);
      expect(await allOf(history.between(paris, midnight, midnight))).toEqual([]);
    });

    it("names the sources it has anything of", async () => {
      expect(await history.sources()).not.toContain(paris);

      await append([change(paris, "1", midnight), change(oslo, "1", midnight)]);
      await append([change(paris, "1", midnight + 40 * day)]);

      const ours = (await history.sources()).filter((name) => name === paris || name === oslo);
      expect(ours).toEqual([oslo, paris]);
    });

    it("takes appends while a day is being read", async () => {
      await append(["1", "2", "3"].map((code) => change(paris, code, midnight)));
      let read = 0;

      for await (const { station } of history.day(paris, date)) {
        await append([change(paris, station, midnight + day)]);
        read++;
      }

      expect(read).toBe(3);
      expect(await ofDay(paris, "2024-11-09")).toHaveLength(3);
    });

    it("keeps everything over reopening", async () => {
      await append([change(paris, "1", midnight), keyframe(paris, "2", midnight)]);
      const before = [await ofDay(paris, date), await pollsOf(paris), await history.position(0)];

      history = await opened.reopen();

      expect([await ofDay(paris, date), await pollsOf(paris), await history.position(0)]).toEqual(before);
      await append([change(paris, "1", midnight + minute)]);
      expect(await ofStation(paris, "1")).toHaveLength(2);
    });
  });
}

function observationOf({ kind, ...observation }: ObservationRecord): Observation {
  return observation;
}
