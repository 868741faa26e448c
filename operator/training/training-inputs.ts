import type { ModelTraining } from "../api/model-training.ts";
import type { VelibPipeline } from "../api/velib-pipeline.ts";
import { planBackbone } from "../pipeline/backbone/backbone-plan.ts";
import type { ObservedObjects } from "../pipeline/backbone/observed-objects.ts";
import type { BackboneConnections } from "../pipeline/connections.ts";
import type { StoredPipeline } from "../pipeline/stored-pipeline.ts";
import type { HeldReason } from "../pipeline/workloads/references.ts";
import { type ServiceConfig, serviceConfig } from "../pipeline/workloads/service-config.ts";
import { isTerminating } from "../runtime/kube-object.ts";
import { missingEnvironment } from "./environment-references.ts";

/** Why a training can't begin beside what holds the pipeline's own pods: a closed list. */
export const trainingHeldReasons = [
  /** The VelibPipeline that pipelineRef names is not there. */
  "PipelineMissing",
  /** It is being deleted. */
  "PipelineTerminating",
  /** This version of the operator can't read it. */
  "PipelineInvalid",
  /** The source that is to be learnt from is not one of the pipeline's. */
  "SourceMissing",
  /** The pipeline has several sources and the spec names none. */
  "SourceUnclear",
] as const;
export type TrainingHeldReason = (typeof trainingHeldReasons)[number] | HeldReason;

/** What keeps a training from starting runs, with the remedy. */
export interface TrainingHeld {
  readonly reason: TrainingHeldReason;
  readonly message: string;
}

/** What the pods of a training are made from. */
export interface TrainingInputs {
  readonly pipeline: VelibPipeline;
  readonly connections: BackboneConnections;
  readonly config: ServiceConfig;
  /** Name of the source to learn from. */
  readonly source: string;
}

/** The pipeline of a training, if there is one that can be learnt from. */
export function pipelineOf(
  training: ModelTraining,
  stored: StoredPipeline | null,
): { readonly pipeline: VelibPipeline } | TrainingHeld {
  const { name } = training.spec.pipelineRef;
  if (stored === null) {
    return { reason: "PipelineMissing", message: `VelibPipeline ${name} (spec.pipelineRef) is missing: create it` };
  }
  if (isTerminating(stored)) {
    return { reason: "PipelineTerminating", message: `VelibPipeline ${name} is being deleted: its models go with it` };
  }
  if (stored.resource === null) {
    return { reason: "PipelineInvalid", message: stored.problem ?? `VelibPipeline ${name} can't be read` };
  }
  return { pipeline: stored.resource };
}

/** The inputs of the next run; or what is missing. */
export function trainingInputs(
  training: ModelTraining,
  pipeline: VelibPipeline,
  observed: ObservedObjects,
): TrainingInputs | TrainingHeld {
  const source = sourceOf(training, pipeline);
  if (typeof source !== "string") return source;
  // nothing of the plan is written here, so that the password of a login that is yet to be made does not matter
  const { connections } = planBackbone(pipeline, observed, () => "");
  const config = serviceConfig(pipeline, "trainer", null, connections);
  if ("reason" in config) {
    return { reason: config.reason, message: `VelibPipeline ${pipeline.metadata.name}: ${config.message}` };
  }
  return missingEnvironment(training, observed) ?? { pipeline, connections, config, source };
}

function sourceOf({ spec }: ModelTraining, pipeline: VelibPipeline): string | TrainingHeld {
  const field = "spec.logisticRegression.source";
  const names = pipeline.spec.sources.map(({ name }) => name);
  const wanted = spec.logisticRegression?.source;
  const [only] = names;
  if (wanted === undefined && names.length === 1 && only !== undefined) return only;
  const choice = `VelibPipeline ${pipeline.metadata.name} has ${names.join(", ")}`;
  if (wanted === undefined) return { reason: "SourceUnclear", message: `${choice}: name one in ${field}` };
  if (names.includes(wanted)) return wanted;
  return { reason: "SourceMissing", message: `${choice}, but not ${wanted} (${field}): name one of them` };
}
