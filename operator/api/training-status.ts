import { type Static, Type } from "typebox";
import { trainingOutcomes, trainingReasons } from "../../core/models/promotion.ts";
import { Conditions } from "./conditions.ts";
import { Choice, Instant, Section, Text } from "./field-types.ts";

const Amount = (description: string) => Type.Integer({ description, format: "int64", minimum: 0 });
const Score = (description: string) => Type.Number({ description });
const Version = (description: string) => Text(description, { maxLength: 128 });

const scores = {
  rows: Amount("Rows judged, none of them seen in training"),
  positives: Amount("Of them, those where the target was reached"),
  brier: Score("Mean squared error of the probability; the smaller the better"),
  logLoss: Score("Mean -ln of the probability of what came; the smaller the better"),
  auc: Type.Optional(Score("Chance that a positive row ranks above a negative one; the larger the better")),
  averagePrecision: Type.Optional(Score("Mean precision at the positive rows' ranks; the larger the better")),
  calibrationError: Score("Mean distance of what was said and what came; the smaller the better"),
};

const Scores = (description: string) =>
  Section(description, {
    version: Type.Optional(Version("The model's version; persistence has none")),
    ...scores,
    onset: Type.Optional(Section("The same, only over rows where the target was not reached yet", scores)),
  });
export type TrainingScores = Static<ReturnType<typeof Scores>>;

const Result = Section("What a run found", {
  time: Instant("When the run ended"),
  job: Type.Optional(Text("Its Job", { maxLength: 253 })),
  outcome: Choice("What became of the candidate", trainingOutcomes),
  reason: Choice("Why", trainingReasons),
  message: Type.Optional(Type.String({ description: "Why, in a line", maxLength: 1024 })),
  modelVersion: Type.Optional(Version("The candidate's version")),
  data: Type.Optional(
    Section("The history it was learnt from and judged on", {
      from: Instant("First poll"),
      split: Instant("Learnt from before it, judged from it on"),
      to: Instant("Last poll"),
      polls: Amount("Polls"),
      stations: Amount("Stations"),
    }),
  ),
  candidate: Type.Optional(Scores("The new model")),
  serving: Type.Optional(Scores("The model that was serving, on the same rows")),
  persistence: Type.Optional(Scores('"It stays as it is", on the same rows')),
});
export type TrainingResult = Static<typeof Result>;

/** The status of a ModelTraining. */
export const ModelTrainingStatus = Section("What is so, as the operator found it", {
  observedGeneration: Type.Optional(
    Type.Integer({ description: "The generation the status is about", format: "int64", minimum: 0 }),
  ),
  conditions: Type.Optional(Conditions),
  activeJob: Type.Optional(Text("The Job that runs now", { maxLength: 253 })),
  lastScheduleTime: Type.Optional(Instant("When a run was last begun")),
  lastSuccessfulTime: Type.Optional(Instant("When a run last ended well")),
  servingVersion: Type.Optional(Version("The model that forecasts")),
  lastResult: Type.Optional(Result),
  history: Type.Optional(
    Type.Array(Result, {
      description: "The last results, the newest first",
      maxItems: 10,
      "x-kubernetes-list-type": "atomic",
    }),
  ),
});
export type ModelTrainingStatus = Static<typeof ModelTrainingStatus>;
