import fc from "fast-check";
import { expect, it } from "vitest";
import { freshness, frozenAfterMs } from "./freshness.ts";

const minute = 60_000;
const polledAt = Date.UTC(2024, 10, 8, 12);

it("calls a source that was never polled stale, with no age", () => {
  const result = freshness(null, { now: polledAt, recorded: false });

  expect(result).toEqual({ dataAgeMs: null, pollAgeMs: null, stale: true, cause: "never_polled" });
});

it.each([
  { what: "just polled and moved", pollAge: 0, dataAge: 0, hold: 10, cause: null },
  { what: "quiet for less than a quarter of an hour", pollAge: 1, dataAge: 14, hold: 10, cause: null },
  { what: "frozen while polls go on", pollAge: 1, dataAge: 15, hold: 10, cause: "data_frozen" },
  { what: "no poll for the whole hold", pollAge: 10, dataAge: 10, hold: 10, cause: "polls_stopped" },
  { what: "no poll for almost the whole hold", pollAge: 9, dataAge: 9, hold: 10, cause: null },
  { what: "polled every half hour: data may rest for the hold", pollAge: 29, dataAge: 59, hold: 60, cause: null },
  { what: "polled every half hour, frozen for the hold", pollAge: 29, dataAge: 60, hold: 60, cause: "data_frozen" },
])("$what → $cause", ({ pollAge, dataAge, hold, cause }) => {
  const source = {
    lastPollAt: polledAt - pollAge * minute,
    movedAt: polledAt - dataAge * minute,
    holdMs: hold * minute,
  };

  const result = freshness(source, { now: polledAt, recorded: false });

  expect(result).toEqual({
    dataAgeMs: dataAge * minute,
    pollAgeMs: pollAge * minute,
    stale: cause !== null,
    cause,
  });
});

it("measures a recording against its own newest poll, however long ago that was", () => {
  const source = { lastPollAt: polledAt, movedAt: polledAt - 2 * minute, holdMs: 10 * minute };

  const result = freshness(source, { now: polledAt + 1_000_000 * minute, recorded: true });

  expect(result).toEqual({ dataAgeMs: 2 * minute, pollAgeMs: 0, stale: false, cause: null });
});

it("gives age 0 when the clock is behind the source's", () => {
  const source = { lastPollAt: polledAt, movedAt: polledAt, holdMs: 10 * minute };

  const result = freshness(source, { now: polledAt - 5 * minute, recorded: false });

  expect(result.pollAgeMs).toBe(0);
  expect(result.dataAgeMs).toBe(0);
});

it("never turns fresh again by waiting, and data is never younger than the poll", () => {
  const millis = fc.integer({ min: 0, max: 4 * frozenAfterMs });
  fc.assert(
    fc.property(millis, millis, millis, fc.integer({ min: minute, max: 60 * minute }), (rest, wait, more, holdMs) => {
      const source = { lastPollAt: polledAt, movedAt: polledAt - rest, holdMs };
      const earlier = freshness(source, { now: polledAt + wait, recorded: false });
      const later = freshness(source, { now: polledAt + wait + more, recorded: false });

      expect(later.stale || !earlier.stale).toBe(true);
      expect(earlier.dataAgeMs).toBeGreaterThanOrEqual(earlier.pollAgeMs ?? 0);
    }),
  );
});
