import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calibration, scoresOf } from "./scores.ts";

function judged(pairs: readonly (readonly [probability: number, label: number])[]) {
  const probabilities = Float64Array.from(pairs, ([p]) => p);
  return { probabilities, ranking: probabilities, labels: Uint8Array.from(pairs, ([, y]) => y) };
}

describe("the scores", () => {
  it("are those of a case worked out by hand, ties counted together", () => {
    // Ranked: 0.9 (1) | 0.8 (0) | 0.5 (1), 0.5 (0) | 0.1 (0)
    const scores = scoresOf(
      judged([
        [0.5, 0],
        [0.9, 1],
        [0.1, 0],
        [0.5, 1],
        [0.8, 0],
      ]),
    );

    expect(scores).toMatchObject({ rows: 5, positives: 2 });
    expect(scores.brier).toBeCloseTo((0.25 + 0.01 + 0.01 + 0.25 + 0.64) / 5, 12);
    expect(scores.logLoss).toBeCloseTo(-(Math.log(0.5) * 2 + Math.log(0.9) * 2 + Math.log(0.2)) / 5, 12);
    // Pairs (positive, negative): 3 wins of 0.9; 0.5 against 0.5, 0.1, 0.8: half, win, loss.
    expect(scores.auc).toBeCloseTo(4.5 / 6, 12);
    expect(scores.averagePrecision).toBeCloseTo((1 + 2 / 4) / 2, 12);
  });

  it("leave out what one kind of outcome can't tell", () => {
    expect(scoresOf(judged([[0.2, 0]]))).toMatchObject({ auc: null, averagePrecision: null });
    expect(scoresOf(judged([[0.2, 1]]))).toMatchObject({ auc: null, averagePrecision: 1 });
  });

  it("count a certainty that was wrong as very bad, not as infinite", () => {
    expect(scoresOf(judged([[1, 0]])).logLoss).toBeCloseTo(-Math.log(1e-15), 1);
  });

  it("know the AUC as the share of pairs in order, against counting them", () => {
    const row = fc.tuple(
      fc.integer({ min: 0, max: 10 }).map((p) => p / 10),
      fc.integer({ min: 0, max: 1 }),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 60 }), (pairs) => {
        const positives = pairs.filter(([, y]) => y === 1);
        const negatives = pairs.filter(([, y]) => y === 0);
        fc.pre(positives.length > 0 && negatives.length > 0);
        let won = 0;
        for (const [p] of positives) for (const [n] of negatives) won += p > n ? 1 : p === n ? 0.5 : 0;

        const { auc, averagePrecision, brier } = scoresOf(judged(pairs));

        expect(auc).toBeCloseTo(won / (positives.length * negatives.length), 10);
        expect(averagePrecision).toBeGreaterThan(0);
        expect(averagePrecision).toBeLessThanOrEqual(1);
        expect(brier).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("calibration", () => {
  it("is perfect where what was said came as often as it was said", () => {
    const pairs = Array.from({ length: 400 }, (_, i) => [0.25, Number(i % 4 === 0)] as const);
    const { probabilities, labels } = judged(pairs);

    const { bins, error } = calibration(probabilities, labels);

    expect(bins).toHaveLength(20);
    expect(bins[0]).toEqual({ rows: 20, said: 0.25, came: 0.25 });
    expect(error).toBeCloseTo(0, 12);
  });

  it("tells how far what was said is from what came", () => {
    const { probabilities, labels } = judged(Array.from({ length: 40 }, (_, i) => [0.9, i % 2] as const));

    expect(calibration(probabilities, labels).error).toBeCloseTo(0.4, 12);
  });

  it("has a bin a row when there are fewer rows than bins", () => {
    const { probabilities, labels } = judged([
      [0.1, 0],
      [0.7, 1],
    ]);

    expect(calibration(probabilities, labels).bins.map(({ rows }) => rows)).toEqual([1, 1]);
  });
});
