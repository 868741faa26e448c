import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DeadLetter } from "../../core/dead-letter/dead-letter.ts";
import { deadLetter, deadLetterReasons } from "../../core/dead-letter/dead-letter.ts";
import type { DeadLetterQuery, DeadLetters } from "../../core/ports/dead-letters.ts";
import { minute, start } from "./log-records.ts";
import type { Open, Opened } from "./opened.ts";
import { contractTimeoutMs, uniqueName } from "./opened.ts";

/** What every store of dead letters does. */
export function deadLettersContract(name: string, open: Open<DeadLetters>): void {
  describe(`dead letters contract: ${name}`, { timeout: contractTimeoutMs }, () => {
    let opened: Opened<DeadLetters>;
    let letters: DeadLetters;
    let paris: string;
    let oslo: string;

    beforeEach(async () => {
      opened = await open(uniqueName("letters"));
      letters = opened.port;
      paris = uniqueName("paris");
      oslo = uniqueName("oslo");
    }, contractTimeoutMs);

    afterEach(() => opened.close(), contractTimeoutMs);

    /** Two sources, four minutes, two reasons. */
    function some(): DeadLetter[] {
      return [0, 1, 2, 3].flatMap((n) => [
        deadLetter(paris, start + n * minute, "invalid-count", "bikes: expected a whole number, got -1", { row: n }, n),
        deadLetter(paris, start + n * minute, "late", "its window was final", { row: n }, n),
        deadLetter(oslo, start + n * minute, "late", "its window was final", { row: n }, n),
      ]);
    }

    it("has nothing at first", async () => {
      expect(await letters.list({})).toEqual([]);
      expect(await letters.counts()).toEqual([]);
      expect(await letters.put([])).toBe(0);
    });

    it("gives letters of every reason back as they were", async () => {
      const all = deadLetterReasons.map((reason) =>
        deadLetter(paris, start, reason, `détail of ${reason}: "quoted"`, 'a "body"\nwith\u0000 é 東京 '.repeat(100)),
      );

      expect(await letters.put(all)).toBe(all.length);

      expect(await letters.list({})).toEqual(all.toSorted(byId));
    });

    it("counts a letter once, however often and in whatever company it comes", async () => {
      const [first, second, third] = some();

      const added = [
        await letters.put([first!, second!]),
        await letters.put([first!, second!]),
        await letters.put([third!, first!]),
        await letters.put([third!, third!]),
      ];

      expect(added).toEqual([2, 0, 1, 0]);
      expect(await letters.list({})).toHaveLength(3);
      expect((await letters.counts()).reduce((sum, { count }) => sum + count, 0)).toBe(3);
    });

    it("lists the newest event time first, then by id", async () => {
      const all = some();
      await letters.put(all.slice(6));
      await letters.put(all.slice(0, 6));

      expect(await letters.list({})).toEqual(all.toSorted((a, b) => b.at - a.at || byId(a, b)));
    });

    const cases: [string, (paris: string) => DeadLetterQuery, number][] = [
      ["a source", (p) => ({ source: p }), 8],
      ["an unknown source", () => ({ source: "nowhere" }), 0],
      ["a reason", () => ({ reason: "late" }), 8],
      ["a reason that none has", () => ({ reason: "unmarked" }), 0],
      ["a source and a reason", (p) => ({ source: p, reason: "late" }), 4],
      ["from, which is in", () => ({ from: start + 3 * minute }), 3],
      ["to, which is out", () => ({ to: start + minute }), 3],
      ["from and to of a source", (p) => ({ source: p, from: start + minute, to: start + 3 * minute }), 4],
      ["the newest ones", (p) => ({ source: p, reason: "late", limit: 3 }), 3],
    ];

    it.each(cases)("finds %s", async (_what, query, count) => {
      const all = some();
      await letters.put(all);
      const { source, reason, from = 0, to = Number.POSITIVE_INFINITY, limit } = query(paris);

      const found = await letters.list(query(paris));

      const expected = all
        .filter((letter) => (source ?? letter.source) === letter.source && (reason ?? letter.reason) === letter.reason)
        .filter(({ at }) => at >= from && at < to)
        .toSorted((a, b) => b.at - a.at || byId(a, b))
        .slice(0, limit);
      expect(found).toEqual(expected);
      expect(found).toHaveLength(count);
    });

    it("finds one by its id", async () => {
      const all = some();
      await letters.put(all);

      expect(await letters.list({ id: all[5]!.id })).toEqual([all[5]]);
      expect(await letters.list({ id: "nowhere" })).toEqual([]);
    });

    it("counts by source and reason", async () => {
      await letters.put(some().slice(1));

      const counts = await letters.counts();

      expect(counts).toHaveLength(3);
      expect(counts).toEqual(
        expect.arrayContaining([
          { source: paris, reason: "invalid-count", count: 3 },
          { source: paris, reason: "late", count: 4 },
          { source: oslo, reason: "late", count: 4 },
        ]),
      );
    });

    it("keeps letters over reopening and knows them again", async () => {
      await letters.put(some());

      letters = await opened.reopen();

      expect(await letters.put(some())).toBe(0);
      expect(await letters.list({})).toHaveLength(12);
    });
  });
}

function byId(a: DeadLetter, b: DeadLetter): number {
  return a.id < b.id ? -1 : 1;
}
