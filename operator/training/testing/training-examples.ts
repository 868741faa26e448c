import type { ModelTraining } from "../../api/model-training.ts";
import { parseModelTraining } from "../../api/parse-resource.ts";
import type { TrainingResult } from "../../api/training-status.ts";
import { contextOf, type Given, settings } from "../../pipeline/workloads/testing/workload-context.ts";
import type { LiveObject } from "../../runtime/kube-object.ts";
import { type TrainingHeld, type TrainingInputs, trainingInputs } from "../training-inputs.ts";
import type { TrainingRun } from "../training-run.ts";

export { settings };

export interface GivenTraining {
  readonly generation?: number;
  readonly annotations?: Record<string, string>;
}

/** A training as the API server hands it out, in the namespace `bikes`. */
export function trainingOf(
  spec: Record<string, unknown> = {},
  { generation = 1, annotations = {} }: GivenTraining = {},
): ModelTraining & LiveObject {
  const metadata = {
    name: "paris-full",
    namespace: "bikes",
    uid: "5f9b0a56-0001",
    resourceVersion: "1",
    generation,
    annotations,
  };
  const parsed = parseModelTraining({
    apiVersion: "velib.dev/v1alpha1",
    kind: "ModelTraining",
    metadata,
    spec: { pipelineRef: { name: "paris" }, logisticRegression: {}, ...spec },
  });
  return { ...parsed, metadata };
}

/** What a training finds of a pipeline on infrastructure of the user's own. */
export function inputsOf(
  training: ModelTraining,
  pipelineSpec: Record<string, unknown> = {},
  given: Given = {},
): TrainingInputs | TrainingHeld {
  const { pipeline, observed } = contextOf(pipelineSpec, given);
  return trainingInputs(training, pipeline, observed);
}

/** The same where nothing is missing. @throws when something is */
export function readyInputs(training: ModelTraining, pipelineSpec: Record<string, unknown> = {}): TrainingInputs {
  const inputs = inputsOf(training, pipelineSpec);
  if ("reason" in inputs) throw new Error(inputs.message);
  return inputs;
}

/** A run that goes on, unless `more` says otherwise. */
export function runOf(name: string, more: Partial<TrainingRun> = {}): TrainingRun {
  const begunAt = "2024-11-09T03:00:00Z";
  return { name, uid: `uid-${name}`, begunAt, end: null, isTerminating: false, specHash: null, ...more };
}

/** How a run ends well, at this time. */
export function succeededAt(time: string): Pick<TrainingRun, "end"> {
  return { end: { time, isSuccess: true, message: "" } };
}

export function failedAt(time: string): Pick<TrainingRun, "end"> {
  return { end: { time, isSuccess: false, message: "BackoffLimitExceeded: Job has reached its limit" } };
}

export function resultOf(job: string, time: string, more: Partial<TrainingResult> = {}): TrainingResult {
  return { time, job, outcome: "Promoted", reason: "BetterThanPersistence", message: "better", ...more };
}
