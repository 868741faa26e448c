import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearestNeighbours } from "./neighbours.ts";

const coordinate = fc.double({ min: -20_000, max: 20_000, noNaN: true });
const points = fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 60 });

describe("nearest neighbours", () => {
  it("are as near as those that a search through all stations finds", () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 12 }), (list, wanted) => {
        const x = Float64Array.from(list, ([east]) => east);
        const y = Float64Array.from(list, ([, north]) => north);
        const away = (a: number, b: number) => Math.hypot(x[a]! - x[b]!, y[a]! - y[b]!);

        const { count, index } = nearestNeighbours({ x, y }, wanted);

        expect(count).toBe(Math.min(wanted, list.length - 1));
        for (let station = 0; station < list.length; station++) {
          const found = [...index.subarray(station * count, (station + 1) * count)];
          const others = list.map((_, other) => other).filter((other) => other !== station);
          const expected = others.map((other) => away(station, other)).sort((a, b) => a - b);
          expect(new Set(found).size).toBe(count);
          expect(found).not.toContain(station);
          expect(found.map((other) => away(station, other))).toEqual(expected.slice(0, count));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("are found where all stations stand in one place", () => {
    const { count, index } = nearestNeighbours({ x: new Float64Array(5), y: new Float64Array(5) }, 3);

    expect(count).toBe(3);
    expect(new Set(index.subarray(0, 3)).size).toBe(3);
  });
});
