import { modelTrainingType } from "../api/resource-names.ts";
import { fieldManager } from "../pipeline/pipeline-names.ts";
import { kindOf } from "../pipeline/workloads/workload-kinds.ts";
import type { LiveObject, ResourceType } from "../runtime/kube-object.ts";
import type { KeptKind, Manager } from "../runtime/manager.ts";
import { ownedObject } from "../runtime/owned-object.ts";
import { type StoredTraining, storedTraining, trainingIndexes } from "./stored-training.ts";
import { trainingComponent } from "./training-names.ts";
import { trainingNameOf } from "./training-run.ts";

export const jobKind: ResourceType = { apiVersion: "batch/v1", kind: "Job", plural: "jobs", namespaced: true };
export const podKind: ResourceType = { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true };

/** Kinds that a training's objects are of, beside its Jobs; the caches of the pipelines hold them. */
export const appliedKinds: readonly ResourceType[] = [
  kindOf(named("v1", "ConfigMap")),
  kindOf(named("networking.k8s.io/v1", "NetworkPolicy")),
  kindOf(named("batch/v1", "CronJob")),
];

/** Copies of trainings and of their Jobs. */
export interface TrainingCaches {
  readonly trainings: KeptKind<StoredTraining>;
  readonly jobs: KeptKind<LiveObject>;
}

/** Name of the index of Jobs by the training they are for; its values are `namespace/name`. */
export const byTraining = "trainings";

/** @param namespace all namespaces without it */
export function trainingCaches(manager: Manager, namespace?: string): TrainingCaches {
  const scope = namespace === undefined ? {} : { namespace };
  return {
    trainings: manager.keep({
      ...scope,
      type: modelTrainingType,
      transform: storedTraining,
      indexes: trainingIndexes,
    }),
    jobs: manager.keep<LiveObject>({
      ...scope,
      type: jobKind,
      labelSelector: `app.kubernetes.io/managed-by=velib-operator,app.kubernetes.io/component=${trainingComponent}`,
      transform: ownedObject(fieldManager, ["status"]),
      indexes: { [byTraining]: (job) => [`${job.metadata.namespace}/${trainingNameOf(job)}`] },
    }),
  };
}

function named(apiVersion: string, kind: string) {
  return { apiVersion, kind, metadata: { name: kind.toLowerCase() } };
}
