import type { ModelTraining } from "../api/model-training.ts";
import type { VelibPipeline } from "../api/velib-pipeline.ts";
import { backboneLabels, boundedName, instanceLabel } from "../pipeline/backbone/backbone-names.ts";
import { podLabel } from "../pipeline/workloads/workload-names.ts";

/** `app.kubernetes.io/component` of all that is made for trainings, and the name of the container. */
export const trainingComponent = "training";

/** Whose an object is: the name of its ModelTraining. */
export const trainingLabel = "velib.dev/training";

/** Letters of the hash in a run's name: 36⁵, some 60 million. */
const hashLength = 5;

/** Names of what is made for a training. */
export interface TrainingNames {
  /** The CronJob, which puts a minute's number behind it for the names of its Jobs. */
  readonly cronJob: string;
  /** ConfigMap and NetworkPolicy. */
  readonly shared: string;
}

export function trainingNames({ metadata: { name } }: Pick<ModelTraining, "metadata">): TrainingNames {
  return { cronJob: name, shared: `${boundedName(name, 54)}-training` };
}

/** Labels of an object of a training, its Jobs among them. */
export function trainingLabels(training: ModelTraining, pipeline: VelibPipeline): Record<string, string> {
  return { ...backboneLabels(pipeline, trainingComponent), [trainingLabel]: training.metadata.name };
}

/** Labels by which policies know the pods of a training. */
export function trainingPodLabels({ metadata }: ModelTraining, pipeline: VelibPipeline): Record<string, string> {
  return { [podLabel]: instanceLabel(pipeline), [trainingLabel]: metadata.name };
}

/**
 * The name of a Job that the operator itself makes: which spec it is for stands in it, so that it is known also when
 * the Job is gone and only its result is left; and the generation, so that a spec that comes again is a run again. At
 * most 63 characters, as the name of a training has at most 52.
 */
export function runName({ metadata }: ModelTraining, specHash: string): string {
  return `${metadata.name}-${specHash}-${(metadata.generation ?? 0).toString(36)}`;
}

/** The hash in the name of a Job that the operator made; null for one of the CronJob's. */
export function specHashIn({ metadata }: Pick<ModelTraining, "metadata">, jobName: string): string | null {
  if (!jobName.startsWith(`${metadata.name}-`)) return null;
  const [hash, generation, ...more] = jobName.slice(metadata.name.length + 1).split("-");
  return hash?.length === hashLength && generation !== undefined && more.length === 0 ? hash : null;
}

/** A hexadecimal digest, short enough for a name. */
export function nameHash(hexDigest: string): string {
  return BigInt(`0x${hexDigest}`).toString(36).padStart(hashLength, "0").slice(-hashLength);
}
