import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ResultStore } from "../../core/ports/result-store.ts";
import { start } from "./log-records.ts";
import type { Open, Opened } from "./opened.ts";
import { contractTimeoutMs, uniqueName } from "./opened.ts";
import {
  commitOf,
  contentOf,
  sourceState,
  stationState,
  stationWindow,
  stationWindowsOf,
  zonePart,
} from "./result-rows.ts";

/**
 * What every result store does with a commit and its checkpoint. `open` makes a store for windows of `windowMs` of
 * result-rows.ts. What it answers has a suite of its own.
 */
export function resultStoreContract(name: string, open: Open<ResultStore>): void {
  describe(`result store contract: ${name}`, { timeout: contractTimeoutMs }, () => {
    let opened: Opened<ResultStore>;
    let results: ResultStore;
    let paris: string;

    beforeEach(async () => {
      opened = await open(uniqueName("results"));
      results = opened.port;
      paris = uniqueName("paris");
    }, contractTimeoutMs);

    afterEach(() => opened.close(), contractTimeoutMs);

    /** Two stretches of one log; the second one goes on from the first one's checkpoint. */
    function stretches(generation = 1) {
      const first = commitOf({
        generation,
        offset: 10n,
        state: Uint8Array.of(1),
        windows: [stationWindow(paris, "1", 0), stationWindow(paris, "2", 0)],
        zoneParts: [zonePart(paris, "4", 0, 0)],
        stations: [stationState(paris, "1"), stationState(paris, "2")],
        sources: [sourceState(paris)],
      });
      const second = commitOf({
        generation,
        offset: 20n,
        state: Uint8Array.of(2),
        windows: [stationWindow(paris, "1", 1), stationWindow(paris, "2", 1, { bikesLast: null })],
        zoneParts: [zonePart(paris, "4", 1, 0)],
        stations: [stationState(paris, "2", { absentSince: start })],
        sources: [sourceState(paris, { lastPollAt: start + 60_000 })],
      });
      return { first, second };
    }

    it("has nothing at first", async () => {
      expect(await results.checkpoint(0)).toBeNull();
      expect(await contentOf(results)).toEqual({
        stationWindows: [],
        zoneWindows: [],
        stations: [],
        sources: [],
        checkpoints: [null],
      });
      expect(await results.station(paris, "1")).toBeNull();
    });

    it("makes a commit's results and its checkpoint visible", async () => {
      const { first } = stretches();

      await results.commit(first);
      const { stationWindows, zoneWindows, stations, sources } = await contentOf(results);

      expect(stationWindows).toEqual([...first.stationWindows]);
      expect(zoneWindows.map(({ zone, start: at }) => [zone, at])).toEqual([["4", start]]);
      expect(stations).toEqual(first.stations);
      expect(sources).toEqual(first.sources);
      expect(await results.checkpoint(0)).toEqual({
        partition: 0,
        generation: 1,
        offset: 10n,
        state: Uint8Array.of(1),
      });
    });

    it.each([
      ["no bytes", new Uint8Array()],
      ["every byte", Uint8Array.from({ length: 256 }, (_, i) => i)],
      ["a megabyte", new Uint8Array(1_000_000).fill(171)],
    ])("keeps a checkpoint's state of %s", async (_what, state) => {
      await results.commit(commitOf({ state, offset: 2n ** 50n }));

      const checkpoint = await results.checkpoint(0);

      expect(checkpoint?.offset).toBe(2n ** 50n);
      expect(Buffer.compare(Buffer.from(checkpoint?.state ?? []), Buffer.from(state))).toBe(0);
    });

    it("keeps a checkpoint per partition", async () => {
      await results.commit(commitOf({ partition: 0, offset: 10n }));
      await results.commit(commitOf({ partition: 7, offset: 3n, generation: 4 }));

      expect((await results.checkpoint(0))?.offset).toBe(10n);
      expect(await results.checkpoint(7)).toMatchObject({ partition: 7, offset: 3n, generation: 4 });
      expect(await results.checkpoint(1)).toBeNull();
    });

    it("has the same rows after a commit was repeated", async () => {
      const { first, second } = stretches();
      await results.commit(first);
      await results.commit(second);
      const before = await contentOf(results);

      await results.commit(second);

      expect(await contentOf(results)).toEqual(before);
    });

    it("has the same rows after a new owner redid it from the checkpoint before", async () => {
      const { first, second } = stretches();
      await results.commit(first);
      await results.commit(second);
      const before = await contentOf(results);

      const redone = stretches(2);
      await results.commit(redone.first);
      await results.commit(redone.second);
      const after = await contentOf(results);

      expect({ ...after, checkpoints: [] }).toEqual({ ...before, checkpoints: [] });
      expect(after.checkpoints[0]).toMatchObject({ offset: 20n, generation: 2 });
    });

    it("replaces a window, a state and a zone's part that come again with other values", async () => {
      const { first } = stretches();
      await results.commit(first);
      const moved = stationState(paris, "1", { content: null, lat: null, lon: null, absentSince: start });
      const longer = sourceState(paris, { ended: true, finalUntil: null });

      await results.commit(
        commitOf({
          windows: [stationWindow(paris, "1", 0, { bikesMean: 9.75, ebikeMean: null })],
          zoneParts: [zonePart(paris, "4", 0, 0, { changes: 6 })],
          stations: [moved],
          sources: [longer],
        }),
      );
      const { stationWindows, zoneWindows, stations, sources } = await contentOf(results);

      expect(stationWindows).toEqual([
        stationWindow(paris, "1", 0, { bikesMean: 9.75, ebikeMean: null }),
        stationWindow(paris, "2", 0),
      ]);
      expect(zoneWindows.map(({ changes }) => changes)).toEqual([6]);
      expect(stations).toEqual([moved, stationState(paris, "2")]);
      expect(sources).toEqual([longer]);
    });

    it("refuses the commit of an older generation and writes nothing of it", async () => {
      const { first, second } = stretches(2);
      await results.commit(first);
      const before = await contentOf(results);

      const zombie = results.commit({ ...second, generation: 1 });

      await expect(zombie).rejects.toMatchObject({ code: "VELIB_CHECKPOINT_FENCED", retryable: false });
      expect(await contentOf(results)).toEqual(before);
    });

    it("goes on with the newest generation and with newer ones after a refusal", async () => {
      const { first } = stretches(2);
      await results.commit(first);
      await expect(results.commit({ ...first, generation: 1 })).rejects.toMatchObject({
        code: "VELIB_CHECKPOINT_FENCED",
      });

      await results.commit({ ...first, generation: 2, offset: 11n });
      await results.commit({ ...first, generation: 5, offset: 12n });

      expect(await results.checkpoint(0)).toMatchObject({ generation: 5, offset: 12n });
    });

    it("fences each partition by itself", async () => {
      await results.commit(commitOf({ partition: 0, generation: 8 }));

      await results.commit(commitOf({ partition: 1, generation: 1, windows: [stationWindow(paris, "1", 0)] }));

      expect(await results.checkpoint(1)).toMatchObject({ generation: 1 });
      expect(await stationWindowsOf(results)).toHaveLength(1);
    });

    it("takes thousands of windows in one commit", async () => {
      const windows = Array.from({ length: 20_000 }, (_, i) =>
        stationWindow(paris, String(1000 + (i % 1000)), Math.floor(i / 1000), { bikesMean: i / 7 }),
      );

      await results.commit(commitOf({ windows }));
      const read = await stationWindowsOf(results, { source: paris });

      expect(read).toHaveLength(20_000);
      expect(read.reduce((sum, { bikesMean }) => sum + Math.round(bikesMean * 7), 0)).toBe((20_000 * 19_999) / 2);
    });

    it("keeps everything over reopening", async () => {
      const { first, second } = stretches();
      await results.commit(first);
      const before = await contentOf(results);

      results = await opened.reopen();

      expect(await contentOf(results)).toEqual(before);
      await results.commit(second);
      expect(await stationWindowsOf(results)).toHaveLength(4);
    });
  });
}
