import { featureMatrix, featureNames } from "./features.ts";
import { fitByGradientDescent } from "./gradient-descent.ts";
import type { HourRates } from "./hour-rates.ts";
import { learnHourRates } from "./hour-rates.ts";
import type { LogisticRegression } from "./logistic-regression.ts";
import { standardise, unscaled } from "./logistic-regression.ts";
import { fitByNewton } from "./newton.ts";
import type { TrainingRows } from "./training-rows.ts";

/** `l2` weighs the square of the standardised coefficients; `steps` is the number of passes over the rows. */
export type SolverSettings = { kind: "Newton"; l2: number } | { kind: "GradientDescent"; steps: number };

export interface Learned {
  rates: HourRates;
  regression: LogisticRegression;
  converged: boolean;
}

/** Rates from the early rows, then coefficients from the later ones, which look at those rates. */
export function learn({ early, fitted }: TrainingRows, solver: SolverSettings): Learned {
  const rates = learnHourRates(early);
  const { set, scale } = standardise({
    features: featureMatrix(fitted, rates),
    columns: featureNames.length,
    labels: Uint8Array.from(fitted, ({ reached }) => Number(reached)),
  });
  const fit = solver.kind === "Newton" ? fitByNewton(set, solver.l2) : fitByGradientDescent(set, solver.steps);
  return { rates, regression: unscaled(fit, scale), converged: fit.converged };
}
