import fc from "fast-check";
import { expect, it } from "vitest";
import { monday, pollsBetween } from "../../core/models/testing/station-history.ts";
import { commuterHistory } from "../trainer/testing/commuter-history.ts";
import { hoursOf, writeRawShare } from "./raw-share.ts";

const hourMs = 3_600_000;

it("shares cover a stretch without gap or overlap, each within one hour", () => {
  const stretch = fc.record({
    from: fc.integer({ min: 0, max: 100 * hourMs }),
    length: fc.integer({ min: 1, max: 30 * hourMs }),
    of: fc.integer({ min: 1, max: 7 }),
  });
  fc.assert(
    fc.property(stretch, ({ from, length, of }) => {
      const to = from + length;
      const shares = Array.from({ length: of }, (_, index) => hoursOf({ source: "paris", from, to, index, of }));
      const all = shares.flat().sort(([a], [b]) => a - b);

      expect(all[0]?.[0]).toBe(from);
      expect(all.at(-1)?.[1]).toBe(to);
      for (const [i, [start, end]] of all.entries()) {
        expect(end).toBeGreaterThan(start);
        expect(Math.floor((end - 1) / hourMs)).toBe(Math.floor(start / hourMs));
        if (i > 0) expect(start).toBe(all[i - 1]![1]);
      }
    }),
  );
});

it("takes neighbouring hours apart, so that the rush is everyone's", () => {
  const share = { source: "paris", from: 0, to: 4 * hourMs, of: 2 };

  const [even, odd] = [0, 1].map((index) => hoursOf({ ...share, index }).map(([from]) => from / hourMs));

  expect(even).toEqual([0, 2]);
  expect(odd).toEqual([1, 3]);
});

it("is left in the middle when the process is to stop", async () => {
  const { dir, history } = await commuterHistory(pollsBetween(monday, monday + hourMs));
  const share = { source: "paris", from: monday, to: monday + hourMs, index: 0, of: 1 };

  await expect(writeRawShare(history, share, dir, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });

  expect(await writeRawShare(history, share, dir, new AbortController().signal)).toBe(3 * 6);
});
