/**
 * Logistic regression: P(y = 1 | x) = σ(b + w·x), σ(z) = 1 / (1 + e^−z).
 * Cox, "The regression analysis of binary sequences", J. R. Stat. Soc. B 20 (1958).
 */
export interface LogisticRegression {
  intercept: number;
  /** One a feature, for the features as they are (not standardised). */
  coefficients: number[];
}

/** Rows to learn from: features row by row, and for each row whether it came true. */
export interface TrainingSet {
  /** rows × columns values. */
  features: Float64Array;
  columns: number;
  /** 0 or 1 a row. */
  labels: Uint8Array;
}

/** What a solver found for standardised features, and whether it came to the end. */
export interface Fit {
  intercept: number;
  weights: Float64Array;
  steps: number;
  /** False: it ran out of steps before the optimum. */
  converged: boolean;
}

/** σ(z), without overflow for large |z|. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

/** The probability of one row of features that starts at `offset`. */
export function probability(model: LogisticRegression, features: Float64Array, offset = 0): number {
  let z = model.intercept;
  for (const [j, coefficient] of model.coefficients.entries()) z += coefficient * features[offset + j]!;
  return sigmoid(z);
}

/** Means and standard deviations of the columns. */
export interface Scale {
  mean: Float64Array;
  /** Infinite for a column that is constant: it then is 0 and gets no weight. */
  deviation: Float64Array;
}

/** (x − mean) / deviation for every value: l2 then weighs all features alike, and gradient descent converges. */
export function standardise({ features, columns, labels }: TrainingSet): { set: TrainingSet; scale: Scale } {
  const rows = labels.length;
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns);
  for (let i = 0; i < features.length; i++) mean[i % columns]! += features[i]! / rows;
  for (let i = 0; i < features.length; i++) deviation[i % columns]! += (features[i]! - mean[i % columns]!) ** 2 / rows;
  for (let j = 0; j < columns; j++) {
    const root = Math.sqrt(deviation[j]!);
    deviation[j] = root > 1e-9 * Math.max(1, Math.abs(mean[j]!)) ? root : Number.POSITIVE_INFINITY;
  }
  const standard = new Float64Array(features.length);
  for (let i = 0; i < features.length; i++) standard[i] = (features[i]! - mean[i % columns]!) / deviation[i % columns]!;
  return { set: { features: standard, columns, labels }, scale: { mean, deviation } };
}

/** The same regression for features that are not standardised: w_j / s_j, b − Σ w_j m_j / s_j. */
export function unscaled(fit: Fit, { mean, deviation }: Scale): LogisticRegression {
  const coefficients = Array.from(fit.weights, (weight, j) => weight / deviation[j]!);
  const shift = coefficients.reduce((sum, coefficient, j) => sum + coefficient * mean[j]!, 0);
  return { intercept: fit.intercept - shift, coefficients };
}
