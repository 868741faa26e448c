import type { StoredDeployment } from "../trimmed-objects.ts";

/** How far a Deployment is, as `kubectl rollout status` tells it. */
export interface Rollout {
  readonly state: "Ready" | "Progressing" | "Failed";
  /** What is missing; equal as long as nothing turns. */
  readonly message: string;
}

export function rolloutOf({ metadata, spec, status = {} }: StoredDeployment): Rollout {
  const name = `Deployment ${metadata.name}`;
  const { replicas: wanted = 1 } = spec;
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0, conditions = [] } = status;
  if (observedGeneration < (metadata.generation ?? 0)) {
    return { state: "Progressing", message: `${name}: its new template is not taken up yet` };
  }
  const progress = conditions.find(({ type }) => type === "Progressing");
  if (progress?.reason === "ProgressDeadlineExceeded") {
    return { state: "Failed", message: `${name}: its pods do not become ready; look at their events and logs` };
  }
  const failure = conditions.find(({ type, status: is }) => type === "ReplicaFailure" && is === "True");
  if (failure !== undefined) {
    return { state: "Failed", message: `${name}: its pods can't be created: ${failure.message ?? failure.reason}` };
  }
  if (updatedReplicas < wanted) return { state: "Progressing", message: `${name}: pods are being replaced` };
  if (replicas > updatedReplicas) return { state: "Progressing", message: `${name}: old pods are ending` };
  if (availableReplicas < wanted) return { state: "Progressing", message: `${name}: pods are not ready yet` };
  return { state: "Ready", message: "" };
}
