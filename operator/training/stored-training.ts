import Value from "typebox/value";
import { VelibError } from "../../core/errors.ts";
import type { ModelTraining } from "../api/model-training.ts";
import { parseModelTraining } from "../api/parse-resource.ts";
import { ModelTrainingStatus } from "../api/training-status.ts";
import type { LiveObject } from "../runtime/kube-object.ts";
import type { StoreIndexes } from "../runtime/object-store.ts";
import { environmentReferences } from "./environment-references.ts";

/** A training as the cache has it; its spec and status are in `resource`, its metadata without managed fields. */
export type StoredTraining = LiveObject & {
  /** Null where this version can't read it. */
  readonly resource: ModelTraining | null;
  /** Why it can't, with the remedy. */
  readonly problem: string | null;
};

/** The cached form of an object of the API. Never throws: an object that can't be read must not end the watch. */
export function storedTraining(object: LiveObject): StoredTraining {
  const { managedFields: _, ...rest } = object.metadata;
  const { name, uid, resourceVersion } = object.metadata;
  const { apiVersion, kind, spec, status } = object;
  const bare: LiveObject = { apiVersion, kind, metadata: { ...rest, name, uid, resourceVersion } };
  try {
    return { ...bare, resource: parseModelTraining({ ...bare, spec, status }), problem: null };
  } catch (error) {
    if (!(error instanceof VelibError)) throw error;
    return { ...bare, status, resource: null, problem: error.message };
  }
}

/** Names of the indexes by what a training refers to; their values are `namespace/name`. */
export const byPipeline = "pipelines";
export const bySecret = "secrets";
export const byConfigMap = "configMaps";

export const trainingIndexes: StoreIndexes<StoredTraining> = {
  [byPipeline]: referring(({ spec }) => [spec.pipelineRef.name]),
  [bySecret]: referring((training) => environmentReferences(training).secrets.map(({ secretName }) => secretName)),
  [byConfigMap]: referring((training) => environmentReferences(training).configMaps.map(({ name }) => name)),
};

/** The status last written; none where another version wrote it otherwise. */
export function statusOf({ resource, status }: StoredTraining): ModelTrainingStatus {
  if (resource !== null) return resource.status ?? {};
  return Value.Check(ModelTrainingStatus, status) ? status : {};
}

function referring(names: (training: ModelTraining) => readonly string[]) {
  return ({ resource }: StoredTraining): string[] =>
    resource === null ? [] : [...new Set(names(resource))].map((name) => `${resource.metadata.namespace}/${name}`);
}
