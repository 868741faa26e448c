import type { VelibPipelineStatus } from "../../api/pipeline-status.ts";
import { velibPipelineType } from "../../api/resource-names.ts";
import { type Condition, mergeConditions } from "../../runtime/conditions.ts";
import { canonicalJson } from "../../runtime/content-hash.ts";
import type { KubeApi } from "../../runtime/kube-api.ts";
import type { PipelineCaches } from "../pipeline-caches.ts";
import { fieldManager } from "../pipeline-names.ts";
import { type StoredPipeline, statusOf } from "../stored-pipeline.ts";
import type { PipelineFinding } from "./component-findings.ts";

/** What a visit found: everything but the conditions' times. */
export interface FoundStatus extends Omit<VelibPipelineStatus, "conditions" | "observedGeneration"> {
  readonly findings: readonly PipelineFinding[];
}

/** The conditions there are, as the runtime has them. */
export function currentConditions(stored: StoredPipeline): Condition[] {
  const conditions = statusOf(stored).conditions ?? [];
  return conditions.map((condition) => ({ ...condition, observedGeneration: condition.observedGeneration ?? 0 }));
}

/** The status to be, equal to the one there is when nothing turned. Conditions that were not found any more go. */
export function nextStatus(stored: StoredPipeline, { findings, ...rest }: FoundStatus, now: Date): VelibPipelineStatus {
  const generation = stored.metadata.generation ?? 0;
  const current = currentConditions(stored);
  const found = new Set<string>(findings.map(({ type }) => type));
  const dropped = current.map(({ type }) => type).filter((type) => !found.has(type));
  const conditions = mergeConditions(current, findings, generation, now, dropped);
  return { ...rest, observedGeneration: generation, conditions };
}

/**
 * Writes a status that differs from the one there is; true when it did. With the version that was read: who saw an
 * older status must not take away names of sources that it has not seen.
 */
export async function writeStatus(
  api: KubeApi,
  { pipelines }: Pick<PipelineCaches, "pipelines">,
  stored: StoredPipeline,
  status: VelibPipelineStatus,
  signal: AbortSignal,
): Promise<boolean> {
  if (comparable(statusOf(stored)) === comparable(status)) return false;
  const { name, namespace, uid, resourceVersion } = stored.metadata;
  const { apiVersion, kind } = velibPipelineType;
  const object = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, status };
  pipelines.observe(await api.applyStatus(velibPipelineType, object, { fieldManager, signal }));
  return true;
}

/** Lists told apart by key come back in an order of the server's. */
function comparable(status: VelibPipelineStatus): string {
  const entries = Object.entries(status).map(([field, value]) => [
    field,
    Array.isArray(value) ? value.map((each) => canonicalJson(each)).sort() : value,
  ]);
  return canonicalJson(Object.fromEntries(entries));
}
