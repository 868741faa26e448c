import type { RandomStream } from "./random.ts";

/** Draws indexes in proportion to their weights: binary search in the running sum. */
export class WeightedChoice {
  readonly #sums: Float64Array;

  constructor(weights: Float64Array) {
    this.#sums = new Float64Array(weights.length);
    let sum = 0;
    for (let index = 0; index < weights.length; index++) {
      sum += weights[index]!;
      this.#sums[index] = sum;
    }
  }

  /** Sum of all weights; there is nothing to draw when it is 0. */
  get total(): number {
    return this.#sums.at(-1) ?? 0;
  }

  /** The first index whose running sum exceeds the drawn share of the total, so an index of weight 0 is never drawn. */
  draw(random: RandomStream): number {
    const drawn = random.share() * this.total;
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sums[middle]! > drawn) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
