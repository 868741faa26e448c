import { createHash } from "node:crypto";
import { featureMatrix, featureNames } from "./features.ts";
import type { HourRates } from "./hour-rates.ts";
import type { LogisticRegression } from "./logistic-regression.ts";
import { probability } from "./logistic-regression.ts";
import type { ForecastTarget, Situation } from "./samples.ts";

/** How the coefficients are found: our own Newton, or the package ml-logistic-regression. */
export const solvers = ["Newton", "GradientDescent"] as const;
export type Solver = (typeof solvers)[number];

/** A trained forecast: all that a prediction needs, and what it was made of. Plain data, to be stored as JSON. */
export interface ForecastModel {
  source: string;
  /** Successive versions of one forecast share it. */
  name: string;
  /** The data's last day and a digest of the content: the same data and settings give the same version. */
  version: string;
  target: ForecastTarget;
  horizonMs: number;
  solver: Solver;
  /** Null for a solver without regularisation. */
  l2: number | null;
  /** Of the local hours. */
  timeZone: string;
  features: string[];
  regression: LogisticRegression;
  rates: HourRates;
  /** Polls it was made of, ms: learned from [from, split), judged on [split, to]. */
  data: { from: number; split: number; to: number };
}

export function withVersion(model: Omit<ForecastModel, "version">): ForecastModel {
  const digest = createHash("sha256").update(JSON.stringify(model)).digest("hex");
  const day = new Date(model.data.to).toISOString().slice(0, 10).replaceAll("-", "");
  return { ...model, version: `${day}-${digest.slice(0, 8)}` };
}

/** Whether this release can compute what the model looks at. */
export function isUsable(model: ForecastModel): boolean {
  return model.features.length === featureNames.length && featureNames.every((name, i) => model.features[i] === name);
}

/** The probability that the target is reached one horizon after each situation. */
export function predict(model: ForecastModel, situations: readonly Situation[]): Float64Array {
  const features = featureMatrix(situations, model.rates);
  const columns = featureNames.length;
  return Float64Array.from(situations, (_, i) => probability(model.regression, features, i * columns));
}
