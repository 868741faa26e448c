import { type Static, Type } from "typebox";
import { solvers } from "../../core/models/forecast-model.ts";
import { promotionMetrics } from "../../core/models/promotion.ts";
import { forecastTargets } from "../../core/models/samples.ts";
import type { KubeObject } from "../runtime/kube-object.ts";
import { exactlyOneOf, immutable, rule } from "./cel-rules.ts";
import { Choice, Count, Duration, Flag, Label, ObjectName, Section, Text, TextList } from "./field-types.ts";
import { PodTemplate } from "./pod-template.ts";
import { HistoryLimits } from "./processing.ts";
import type { apiVersion, modelTrainingNames } from "./resource-names.ts";
import { Schedule, TimeZone } from "./schedule.ts";
import type { ModelTrainingStatus } from "./training-status.ts";

const LogisticRegression = Section("The probability that a station will be full, or empty, at the horizon", {
  source: Type.Optional(Label("The pipeline's source to learn from; its only one unless set")),
  target: Choice("What is forecast", forecastTargets, "Full"),
  horizon: Duration("How far ahead", "60m"),
  history: Duration("How much of the newest history is learnt from and judged on", "30d"),
  stations: TextList("Codes of the stations; all unless set", Text("A code", { maxLength: 128 }), {
    maxItems: 5000,
    default: [],
  }),
  solver: Choice(
    "Newton: iteratively reweighted least squares; GradientDescent: the ml-logistic-regression package",
    solvers,
    "Newton",
  ),
  l2: Type.Number({
    description: "Weight of the squared coefficients; without effect on GradientDescent",
    minimum: 0,
    default: 1,
  }),
  steps: Count("Passes over the rows; without effect on Newton", { default: 5000, maximum: 10_000_000 }),
});

const Promotion = Section(
  "When the candidate becomes the model that forecasts",
  {
    metric: Choice("What is compared, on days neither model has seen", promotionMetrics, "Brier"),
    minimumGain: Type.Number({
      description: "How much better than the serving model and than persistence it must be",
      minimum: 0,
      maximum: 1,
      default: 0,
    }),
  },
  { default: {} },
);

/** The spec of a ModelTraining. The type is what the API server hands out: members with a default are there. */
export const ModelTrainingSpec = Section(
  "What is wanted",
  {
    pipelineRef: Section("The pipeline whose history is learnt from and whose API serves the model", {
      name: ObjectName("The VelibPipeline's name, in the same namespace"),
    }),
    logisticRegression: Type.Optional(LogisticRegression),
    schedule: Type.Optional(Schedule("When it trains; once per change of the spec unless set")),
    timeZone: TimeZone("The time zone of the schedule, and of the hours of the day that the model knows"),
    promotion: Promotion,
    pin: Type.Optional(
      Text("A model version that forecasts whatever training finds; to roll back", {
        maxLength: 64,
        pattern: "^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$",
        expected: "a model version, as status.history shows them",
      }),
    ),
    suspend: Flag("Start no runs; one that runs goes on", false),
    startingDeadline: Duration("A run that could not start for so long is left out", "6h"),
    timeout: Duration("A run that takes longer fails", "1h"),
    historyLimits: HistoryLimits(),
    template: Type.Optional(PodTemplate("What of the pods the user decides")),
  },
  {
    rules: [
      exactlyOneOf("logisticRegression"),
      immutable("pipelineRef", "a model belongs to the pipeline it learnt from; make a new ModelTraining"),
    ],
  },
);
export type ModelTrainingSpec = Static<typeof ModelTrainingSpec>;

/** Rules that need the name beside the spec. */
export const modelTrainingRules = [
  rule("self.metadata.name.size() <= 52", "metadata.name names a CronJob: expected at most 52 characters"),
];

/** A model that is trained on a pipeline's history, judged, and promoted when it is better. */
export interface ModelTraining extends KubeObject {
  apiVersion: typeof apiVersion;
  kind: (typeof modelTrainingNames)["kind"];
  spec: ModelTrainingSpec;
  status?: ModelTrainingStatus;
}
