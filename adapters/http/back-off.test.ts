import fc from "fast-check";
import { expect, test } from "vitest";
import { backOffMs } from "./back-off.ts";

const backOff = { baseMs: 1000, capMs: 60_000 };

test.each([
  [1, 0, 500],
  [1, 0.999, 1000],
  [2, 0, 1000],
  [3, 0.5, 3000],
  [7, 0, 30_000],
  [5000, 0, 30_000],
])("failure %i with a random number of %f waits %i ms", (attempt, random, expected) => {
  expect(backOffMs(attempt, backOff, random, null)).toBe(expected);
});

test("the wait is never shorter than the server's wish and otherwise never longer than the cap", () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const wish = fc.option(fc.nat(10_000_000));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), random, wish, (attempt, r, wishMs) => {
      const waitMs = backOffMs(attempt, backOff, r, wishMs);
      expect(waitMs).toBeGreaterThanOrEqual(Math.max(500, wishMs ?? 0));
      expect(waitMs).toBeLessThanOrEqual(Math.max(60_000, wishMs ?? 0));
    }),
  );
});
