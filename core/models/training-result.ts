import { type Static, Type } from "typebox";
import { solvers } from "./forecast-model.ts";
import type { Judgement } from "./judge.ts";
import { promotionMetrics, trainingOutcomes, trainingReasons } from "./promotion.ts";
import { forecastTargets } from "./samples.ts";
import type { Scores } from "./scores.ts";

const closed = { additionalProperties: false };

/** One of a closed list of words. */
function oneOf<const Words extends readonly string[]>(words: Words) {
  return Type.Unsafe<Words[number]>({ type: "string", enum: [...words] });
}

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

const Time = (description: string) => Type.String({ description });

const ScoreFields = {
  rows: Type.Integer({ description: "Rows judged" }),
  positives: Type.Integer({ description: "Of them, those where the target was reached" }),
  brier: Type.Number({ description: "Mean squared error of the probability; the smaller the better" }),
  log_loss: Type.Number({ description: "Mean −ln of the probability of what came" }),
  auc: Nullable(Type.Number({ description: "Chance that a positive row ranks above a negative one" })),
  average_precision: Nullable(Type.Number({ description: "Mean precision at the positive rows' ranks" })),
  calibration_error: Type.Number({ description: "Mean distance of said and come, 20 bins of equal size" }),
};

const ContenderScores = Type.Object(
  {
    version: Nullable(Type.String({ description: "The model's version; null for persistence" })),
    ...ScoreFields,
    onset: Nullable(Type.Object(ScoreFields, { ...closed, description: "Only rows where it was not reached yet" })),
  },
  closed,
);
export type ContenderScores = Static<typeof ContenderScores>;

const Rows = Type.Object({ rows: Type.Integer(), positives: Type.Integer() }, closed);

/**
 * What `velib train` prints and writes into `--result-file`, and what the operator reads from a Job's termination
 * message: below 4,096 bytes.
 */
export const TrainingResult = Type.Object(
  {
    kind: Type.Literal("TrainingResult"),
    source: Type.String({ description: "Empty where it broke off before it was known" }),
    model: Type.String({ description: "The forecast's name" }),
    target: oneOf(forecastTargets),
    horizon_seconds: Type.Number(),
    solver: oneOf(solvers),
    metric: oneOf(promotionMetrics),
    minimum_gain: Type.Number(),
    outcome: oneOf(trainingOutcomes),
    reason: oneOf(trainingReasons),
    message: Type.String({ description: "One line" }),
    model_version: Nullable(Type.String({ description: "Of the candidate; null when none was made" })),
    serving_version: Nullable(Type.String({ description: "In service after this run" })),
    converged: Type.Boolean({ description: "False when the solver ran out of steps" }),
    data: Nullable(
      Type.Object(
        {
          from: Time("First poll"),
          split: Time("Learned from before it, judged from it on"),
          to: Time("Last poll"),
          polls: Type.Integer(),
          stations: Type.Integer(),
          polls_per_sample: Type.Integer({ description: "One poll in so many was sampled" }),
          rates: Rows,
          fitted: Rows,
        },
        closed,
      ),
    ),
    candidate: Nullable(ContenderScores),
    persistence: Nullable(ContenderScores),
    serving: Nullable(ContenderScores),
    duration_seconds: Type.Number(),
  },
  closed,
);
export type TrainingResult = Static<typeof TrainingResult>;

/** The most a Kubernetes termination message can hold, bytes. */
export const terminationMessageBytes = 4096;

/** Scores as the result has them, to six digits: more would be noise, and the message is short of room. */
export function contenderScores(version: string | null, { all, onset }: Judgement): ContenderScores {
  return { version, ...scoreFields(all), onset: onset === null ? null : scoreFields(onset) };
}

function scoreFields(scores: Scores) {
  return {
    rows: scores.rows,
    positives: scores.positives,
    brier: sixDigits(scores.brier),
    log_loss: sixDigits(scores.logLoss),
    auc: scores.auc === null ? null : sixDigits(scores.auc),
    average_precision: scores.averagePrecision === null ? null : sixDigits(scores.averagePrecision),
    calibration_error: sixDigits(scores.calibrationError),
  };
}

function sixDigits(value: number): number {
  return Number(value.toPrecision(6));
}
