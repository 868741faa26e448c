import LogisticRegression from "ml-logistic-regression";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { VelibError } from "../errors.ts";
import type { Fit, TrainingSet } from "./logistic-regression.ts";
import { sigmoid } from "./logistic-regression.ts";

/** Rows × steps: some five minutes. */
const mostWork = 300_000_000;

/** A component of the gradient per row, below which the optimum counts as reached. */
const tolerance = 1e-4;

/**
 * Logistic regression by the package ml-logistic-regression: full-batch gradient descent from zero. It knows neither
 * intercept nor regularisation; the intercept is a column of ones given to it. The step is 1/L with
 * L = λ_max(XᵀX)/4, the gradient's Lipschitz constant, so that the loss falls with every step (Nesterov,
 * "Introductory Lectures on Convex Optimization", 2.1.5).
 * @throws VelibError VELIB_CONFIG_INVALID when that would take longer than anyone waits
 */
export function fitByGradientDescent(set: TrainingSet, steps: number): Fit {
  const { columns, labels } = set;
  const rows = labels.length;
  if (rows * steps > mostWork) {
    throw new VelibError(
      "VELIB_CONFIG_INVALID",
      `GradientDescent: ${rows} rows in ${steps} steps take too long; choose Newton, fewer stations or at most ${Math.floor(mostWork / rows)} steps`,
    );
  }
  const features = new Matrix(rows, columns + 1);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) features.set(i, j, set.features[i * columns + j]!);
    features.set(i, columns, 1);
  }
  const curvature = Math.max(...new EigenvalueDecomposition(features.transpose().mmul(features)).realEigenvalues);
  const regression = new LogisticRegression({ numSteps: steps, learningRate: 4 / curvature });
  regression.train(features, Matrix.columnVector(Array.from(labels)));
  // The first one tells class 1 from class 0.
  const weights = Float64Array.from(regression.classifiers[0]!.weights.to1DArray());
  return {
    intercept: weights[columns]!,
    weights: weights.slice(0, columns),
    steps,
    converged: steepest(features, labels, weights) <= tolerance * rows,
  };
}

/** The largest component of Xᵀ(p − y). */
function steepest(features: Matrix, labels: Uint8Array, weights: Float64Array): number {
  const scores = features.mmul(Matrix.columnVector(Array.from(weights)));
  const errors = scores.to1DArray().map((z, i) => sigmoid(z) - labels[i]!);
  const gradient = features.transpose().mmul(Matrix.columnVector(errors));
  return Math.max(...gradient.to1DArray().map(Math.abs));
}
