import { describe, expect, it } from "vitest";
import { RandomStream } from "./random.ts";
import { WeightedChoice } from "./weighted-choice.ts";

describe("weighted choice", () => {
  it("draws in proportion to the weights, and never what has none", () => {
    const choice = new WeightedChoice(Float64Array.from([0, 1, 0, 3, 0]));
    const random = new RandomStream(1);
    const drawn = [0, 0, 0, 0, 0];
    for (let draw = 0; draw < 40_000; draw++) {
      const index = choice.draw(random);
      drawn[index] = drawn[index]! + 1;
    }

    expect(drawn.filter((_, index) => index % 2 === 0)).toEqual([0, 0, 0]);
    expect(Math.abs(drawn[1]! - 10_000)).toBeLessThan(400);
  });

  it("has nothing to draw without weights", () => {
    expect(new WeightedChoice(new Float64Array(0)).total).toBe(0);
  });
});
