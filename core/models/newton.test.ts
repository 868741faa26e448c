import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitByGradientDescent } from "./gradient-descent.ts";
import type { Fit, TrainingSet } from "./logistic-regression.ts";
import { probability, sigmoid, standardise, unscaled } from "./logistic-regression.ts";
import { fitByNewton } from "./newton.ts";

function setOf(rows: readonly { x: readonly number[]; y: boolean }[]): TrainingSet {
  return {
    features: Float64Array.from(rows.flatMap(({ x }) => x)),
    columns: rows[0]!.x.length,
    labels: Uint8Array.from(rows, ({ y }) => Number(y)),
  };
}

/** Hours of study and whether the exam was passed: the example every textbook works out. */
const exam = [
  [0.5, 0],
  [0.75, 0],
  [1, 0],
  [1.25, 0],
  [1.5, 0],
  [1.75, 0],
  [1.75, 1],
  [2, 0],
  [2.25, 1],
  [2.5, 0],
  [2.75, 1],
  [3, 0],
  [3.25, 1],
  [3.5, 0],
  [4, 1],
  [4.25, 1],
  [4.5, 1],
  [4.75, 1],
  [5, 1],
  [5.5, 1],
].map(([x, y]) => ({ x: [x!], y: y === 1 }));

const rows = fc.array(
  fc.record({
    x: fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -20, max: 20 })).map((x) => x.map((v) => v / 10)),
    y: fc.boolean(),
  }),
  { minLength: 4, maxLength: 40 },
);

/** The gradient of the regularised loss at the fit: zero at the optimum. */
function gradientAt({ features, columns, labels }: TrainingSet, { intercept, weights }: Fit, l2: number): number[] {
  const gradient = [...Array.from(weights, (w) => l2 * w), 0];
  for (const [i, label] of labels.entries()) {
    const x = features.subarray(i * columns, (i + 1) * columns);
    const error = sigmoid(x.reduce((z, v, j) => z + v * weights[j]!, intercept)) - label;
    for (const [j, v] of x.entries()) gradient[j]! += error * v;
    gradient[columns]! += error;
  }
  return gradient;
}

describe("Newton", () => {
  it("finds the textbook's coefficients without regularisation", () => {
    const fit = fitByNewton(setOf(exam), 0);

    expect(fit.converged).toBe(true);
    expect(fit.weights[0]).toBeCloseTo(1.5046, 4);
    expect(fit.intercept).toBeCloseTo(-4.0777, 4);
  });

  it("finds what gradient descent by ml-logistic-regression approaches", () => {
    const { set } = standardise(setOf(exam));

    const newton = fitByNewton(set, 0);
    const descent = fitByGradientDescent(set, 20_000);

    expect(descent.converged).toBe(true);
    expect(descent.weights[0]).toBeCloseTo(newton.weights[0]!, 6);
    expect(descent.intercept).toBeCloseTo(newton.intercept, 6);
    expect(newton.steps).toBeLessThan(12);
  });

  it("ends where the gradient is zero, whatever the rows, separable or not", () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(0.01, 1, 100), (given, l2) => {
        const set = setOf(given);
        const fit = fitByNewton(set, l2);

        expect(fit.converged).toBe(true);
        for (const component of gradientAt(set, fit, l2)) expect(Math.abs(component)).toBeLessThan(1e-4);
      }),
    );
  });

  it("stays finite where a plane separates the classes, and the flatter the more it is regularised", () => {
    const separable = setOf([-2, -1, 1, 2].map((x) => ({ x: [x], y: x > 0 })));

    const [light, heavy] = [0.001, 10].map((l2) => fitByNewton(separable, l2));

    expect(light!.converged && heavy!.converged).toBe(true);
    expect(light!.weights[0]).toBeGreaterThan(heavy!.weights[0]!);
    expect(heavy!.weights[0]).toBeGreaterThan(0);
  });

  it("says that it did not converge, with finite numbers, where there is no optimum", () => {
    const separable = setOf([-2, -1, 1, 2].map((x) => ({ x: [x], y: x > 0 })));

    const fit = fitByNewton(separable, 0);

    expect(Number.isFinite(fit.weights[0])).toBe(true);
    expect(
      probability({ intercept: fit.intercept, coefficients: [...fit.weights] }, Float64Array.of(1)),
    ).toBeGreaterThan(0.99);
  });

  it("gives a constant feature no weight, regularised or not", () => {
    const constant = setOf(exam.map(({ x, y }) => ({ x: [x[0]!, 7], y })));

    for (const l2 of [0, 1]) {
      const { set } = standardise(constant);
      const fit = fitByNewton(set, l2);
      expect(fit.converged).toBe(true);
      expect(fit.weights[1]).toBe(0);
    }
  });

  it("does not depend on the order of rows, nor on the units of features when they are standardised", () => {
    fc.assert(
      fc.property(
        rows,
        fc.double({ min: 0.01, max: 1000, noNaN: true }),
        fc.double({ min: -50, max: 50, noNaN: true }),
        (given, factor, shift) => {
          const probabilityOf = (all: typeof given, x: number[]) => {
            const { set, scale } = standardise(setOf(all));
            return probability(unscaled(fitByNewton(set, 1), scale), Float64Array.from(x));
          };
          const moved = given.map(({ x, y }) => ({ x: [x[0]! * factor + shift, x[1]!], y }));

          const expected = probabilityOf(given, [0.5, -0.5]);

          expect(probabilityOf(given.toReversed(), [0.5, -0.5])).toBeCloseTo(expected, 6);
          expect(probabilityOf(moved, [0.5 * factor + shift, -0.5])).toBeCloseTo(expected, 5);
        },
      ),
    );
  });

  it("gives the mirror image for mirrored outcomes", () => {
    const mirrored = fitByNewton(setOf(exam.map(({ x, y }) => ({ x, y: !y }))), 1);
    const fit = fitByNewton(setOf(exam), 1);

    expect(mirrored.weights[0]).toBeCloseTo(-fit.weights[0]!, 8);
    expect(mirrored.intercept).toBeCloseTo(-fit.intercept, 8);
  });
});

it("gradient descent refuses work that would take hours, naming the remedy", () => {
  expect(() => fitByGradientDescent(setOf(exam), 1e9)).toThrow(
    expect.objectContaining({ code: "VELIB_CONFIG_INVALID", message: expect.stringContaining("choose Newton") }),
  );
});

it("sigmoid neither overflows nor leaves [0, 1]", () => {
  expect([-1e308, -800, 0, 800, 1e308].map(sigmoid)).toEqual([0, 0, 0.5, 1, 1]);
});
