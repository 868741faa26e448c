import { describe, expect, it } from "vitest";
import { hash32, RandomStream, share } from "./random.ts";

describe("random", () => {
  it("gives equal words equal draws and other words other ones", () => {
    expect(hash32(1, 2, 3)).toBe(hash32(1, 2, 3));
    expect(new Set([hash32(1, 2), hash32(2, 1), hash32(1, 2, 0), hash32(0, 1, 2)]).size).toBe(4);
  });

  it("spreads addressed draws evenly over [0, 1)", () => {
    const tenths = new Array<number>(10).fill(0);
    for (let index = 0; index < 100_000; index++) {
      const tenth = Math.floor(share(7, index) * 10);
      tenths[tenth] = tenths[tenth]! + 1;
    }
    for (const count of tenths) {
      expect(Math.abs(count - 10_000)).toBeLessThan(400);
    }
  });

  it("repeats a stream by its words", () => {
    const draw = (stream: RandomStream) => Array.from({ length: 20 }, () => stream.word());
    expect(draw(new RandomStream(1, 2))).toEqual(draw(new RandomStream(1, 2)));
    expect(draw(new RandomStream(1, 2))).not.toEqual(draw(new RandomStream(1, 3)));
  });

  it("waits for the events of a Poisson process 1/rate on average", () => {
    const stream = new RandomStream(5);
    let sum = 0;
    for (let index = 0; index < 50_000; index++) {
      sum += stream.gap(4);
    }
    expect(sum / 50_000).toBeCloseTo(0.25, 2);
  });
});
