import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shardsOf } from "./shards.ts";

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 64 });

function sharesOf(all: readonly string[], producers: number): string[][] {
  return shardsOf(
    all.map((name) => ({ name })),
    producers,
  ).map((shard) => shard.map(({ name }) => name));
}

describe("sharing sources over producers", () => {
  it("gives every source to exactly one producer, and every producer as many as the others or one more", () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 64 }), (all, wanted) => {
        const producers = Math.min(wanted, all.length);
        const shares = sharesOf(all, producers);

        expect(shares.flat().sort()).toEqual(all.toSorted());
        const sizes = shares.map((share) => share.length);
        expect(Math.min(...sizes)).toBe(Math.floor(all.length / producers));
        expect(Math.max(...sizes)).toBe(Math.ceil(all.length / producers));
      }),
    );
  });

  it("does not depend on the order in which sources are written", () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 8 }), (all, producers) => {
        expect(sharesOf(all.toReversed(), producers)).toEqual(sharesOf(all, producers));
      }),
    );
  });

  it("moves few of the others when a source is added", () => {
    const before = Array.from({ length: 40 }, (_, i) => `city-${i}`);
    const home = new Map(sharesOf(before, 4).flatMap((share, i) => share.map((name) => [name, i])));
    const moved = sharesOf([...before, "new-city"], 4).flatMap((share, i) =>
      share.filter((name) => name !== "new-city" && home.get(name) !== i),
    );

    expect(moved.length, `moved: ${moved.join(", ")}`).toBeLessThanOrEqual(8);
  });
});
