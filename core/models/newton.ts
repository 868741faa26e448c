import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Fit, TrainingSet } from "./logistic-regression.ts";
import { sigmoid } from "./logistic-regression.ts";

/** Newton doubles the digits with each step; who needs more than this has met rounding. */
const mostSteps = 50;
/** Half the squared Newton decrement, relative to the loss: the optimum is that near. */
const tolerance = 1e-12;

/**
 * Newton's method for regularised logistic regression (iteratively reweighted least squares):
 * minimises −Σ log-likelihood + l2/2·|w|², the intercept not penalised. Each step solves (XᵀSX + l2·I) d = gradient,
 * S = diag(p(1 − p)), by Cholesky, and is halved until the loss falls. Deterministic; with l2 > 0 the optimum is
 * unique and finite, also where a plane separates the classes. With l2 = 0 there it has none: the steps run out.
 * Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", 2nd ed., 4.4.1 and 4.4.4; Boyd, Vandenberghe,
 * "Convex Optimization", 9.5 (decrement, damping).
 * @param l2 ≥ 0
 */
export function fitByNewton(set: TrainingSet, l2: number): Fit {
  if (!(l2 >= 0)) throw new RangeError(`l2: expected a number of at least 0, got ${l2}`);
  const size = set.columns + 1;
  // The intercept comes last.
  let weights = new Float64Array(size);
  let loss = lossOf(set, weights, l2);
  for (let step = 1; step <= mostSteps; step++) {
    const { gradient, hessian } = derivatives(set, weights, l2);
    const direction = solve(hessian, gradient);
    const decrement = dot(gradient, direction);
    if (decrement / 2 <= tolerance * (1 + loss)) return fitOf(weights, step, true);
    const moved = lineSearch(set, l2, { weights, direction, loss, decrement });
    if (moved === null) return fitOf(weights, step, true);
    weights = moved.weights;
    loss = moved.loss;
  }
  return fitOf(weights, mostSteps, false);
}

function fitOf(weights: Float64Array, steps: number, converged: boolean): Fit {
  return { intercept: weights.at(-1) ?? 0, weights: weights.slice(0, -1), steps, converged };
}

/** −Σ log-likelihood + l2/2·|w|². log(1 + e^z) is written so that it does not overflow. */
function lossOf(set: TrainingSet, weights: Float64Array, l2: number): number {
  const { labels, columns } = set;
  let loss = 0;
  for (let i = 0; i < labels.length; i++) {
    const z = score(set, weights, i);
    loss += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - labels[i]! * z;
  }
  for (let j = 0; j < columns; j++) loss += (l2 / 2) * weights[j]! ** 2;
  return loss;
}

function score({ features, columns }: TrainingSet, weights: Float64Array, row: number): number {
  let z = weights[columns]!;
  const offset = row * columns;
  for (let j = 0; j < columns; j++) z += weights[j]! * features[offset + j]!;
  return z;
}

function derivatives(set: TrainingSet, weights: Float64Array, l2: number) {
  const { features, labels, columns } = set;
  const size = columns + 1;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const x = new Float64Array(size);
  x[columns] = 1;
  for (let i = 0; i < labels.length; i++) {
    const p = sigmoid(score(set, weights, i));
    const error = p - labels[i]!;
    const weight = p * (1 - p);
    x.set(features.subarray(i * columns, (i + 1) * columns));
    for (let j = 0; j < size; j++) {
      gradient[j]! += error * x[j]!;
      const weighted = weight * x[j]!;
      for (let k = 0; k <= j; k++) hessian[j * size + k]! += weighted * x[k]!;
    }
  }
  for (let j = 0; j < columns; j++) {
    gradient[j]! += l2 * weights[j]!;
    hessian[j * size + j]! += l2;
  }
  for (let j = 0; j < size; j++) for (let k = j + 1; k < size; k++) hessian[j * size + k] = hessian[k * size + j]!;
  return { gradient, hessian };
}

/** With l2 = 0 the Hessian can be singular (a constant feature): then as much is added to its diagonal as it takes. */
function solve(hessian: Float64Array, gradient: Float64Array): Float64Array {
  const size = gradient.length;
  const matrix = Matrix.from1DArray(size, size, Array.from(hessian));
  const scale = 1e-12 * Math.max(1, ...matrix.diagonal());
  let cholesky = new CholeskyDecomposition(matrix);
  for (let ridge = scale; !cholesky.isPositiveDefinite(); ridge *= 10) {
    cholesky = new CholeskyDecomposition(Matrix.add(matrix, Matrix.eye(size, size, ridge)));
  }
  return Float64Array.from(cholesky.solve(Matrix.columnVector(Array.from(gradient))).to1DArray());
}

interface Descent {
  weights: Float64Array<ArrayBuffer>;
  direction: Float64Array;
  loss: number;
  decrement: number;
}

/** Backtracking with Armijo's condition; null when rounding leaves nothing to gain. */
function lineSearch(set: TrainingSet, l2: number, { weights, direction, loss, decrement }: Descent) {
  for (let length = 1; length > 1e-10; length /= 2) {
    const moved = weights.map((weight, j) => weight - length * direction[j]!);
    const movedLoss = lossOf(set, moved, l2);
    if (movedLoss <= loss - 1e-4 * length * decrement) return { weights: moved, loss: movedLoss };
  }
  return null;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
