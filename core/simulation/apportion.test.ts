import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apportion } from "./apportion.ts";

const wish = fc.record({ wish: fc.double({ min: 0, max: 50, noNaN: true }), room: fc.integer({ min: 0, max: 60 }) });

describe("apportion", () => {
  it("gives out everything that finds room, and never more than there is room for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.array(wish, { maxLength: 50 }), (total, list) => {
        const wishes = Float64Array.from(list, (each) => each.wish);

        const { counts, left } = apportion(total, wishes, (index) => list[index]!.room);

        const room = list.reduce((sum, each) => sum + each.room, 0);
        const given = counts.reduce((sum, count) => sum + count, 0);
        expect(given + left).toBe(total);
        expect(given).toBe(Math.min(total, room));
        counts.forEach((count, index) => {
          expect(count).toBeGreaterThanOrEqual(0);
          expect(count).toBeLessThanOrEqual(list[index]!.room);
        });
      }),
    );
  });

  it("keeps to the wishes within one where there is room", () => {
    const wishes = Float64Array.from([1, 2, 3, 4]);

    const { counts } = apportion(25, wishes, () => 100);

    counts.forEach((count, index) => {
      expect(Math.abs(count - wishes[index]! * 2.5)).toBeLessThanOrEqual(1);
    });
  });
});
