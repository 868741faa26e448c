import type { StoredDeployment } from "../trimmed-objects.ts";

/** How far a Deployment is, as `kubectl rollout status` tells it. */
export interface Rollout {
  readonly state: "Ready" | "Progressing" | "Failed";
  /** What is missing; equal as long as nothing turns. */
  readonly message: string;
}

/** @param cause why pods are not ready, told where they are what is missing; null: nothing is known */
export function rolloutOf({ metadata, spec, status = {} }: StoredDeployment, cause: string | null = null): Rollout {
  const name = `Deployment ${metadata.name}`;
  const { replicas: wanted = 1 } = spec;
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0, conditions = [] } = status;
  if (observedGeneration < (metadata.generation ?? 0)) {
    return { state: "Progressing", message: `${name}: its new template is not taken up yet` };
  }
  const progress = conditions.find(({ type }) => type === "Progressing");
  if (progress?.reason === "ProgressDeadlineExceeded") {
    const why = cause === null ? "; look at their events and logs" : `: ${cause}`;
    return { state: "Failed", message: `${name}: its pods do not become ready${why}` };
  }
  const failure = conditions.find(({ type, status: is }) => type === "ReplicaFailure" && is === "True");
  if (failure !== undefined) {
    return { state: "Failed", message: `${name}: its pods can't be created: ${failure.message ?? failure.reason}` };
  }
  const why = cause === null ? "" : `: ${cause}`;
  if (updatedReplicas < wanted) return { state: "Progressing", message: `${name}: pods are being replaced${why}` };
  if (replicas > updatedReplicas) return { state: "Progressing", message: `${name}: old pods are ending${why}` };
  if (availableReplicas < wanted) return { state: "Progressing", message: `${name}: pods are not ready yet${why}` };
  return { state: "Ready", message: "" };
}
