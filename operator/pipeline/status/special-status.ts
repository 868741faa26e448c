import type { VelibPipelineStatus } from "../../api/pipeline-status.ts";
import { kstatusFindings, type Progress } from "../../runtime/conditions.ts";
import { type StoredPipeline, statusOf } from "../stored-pipeline.ts";
import type { PipelineFinding } from "./component-findings.ts";
import { currentConditions, nextStatus } from "./written-status.ts";

/** Of a resource that this version can't read: nothing is known beside. */
export function invalidStatus(stored: StoredPipeline, now: Date): VelibPipelineStatus {
  const message = stored.problem ?? "";
  return changed(stored, progressFindings({ state: "Stalled", reason: "InvalidResource", message }), now);
}

/** Of a pipeline that is left as it is: what was found before stays, with the generation it was found for. */
export function pausedStatus(stored: StoredPipeline, now: Date): VelibPipelineStatus {
  const paused: PipelineFinding = {
    type: "ReconciliationPaused",
    status: "True",
    reason: "Annotated",
    message: "Left as it is; remove the annotation velib.dev/pause-reconciliation to go on",
  };
  const before = statusOf(stored);
  const isNew = before.conditions === undefined;
  const first = isNew ? progressFindings({ state: "Reconciling", reason: "Paused", message: paused.message }) : [];
  const status = changed(stored, [...first, paused], now);
  const { observedGeneration: _, ...rest } = status;
  return before.observedGeneration === undefined ? rest : { ...rest, observedGeneration: before.observedGeneration };
}

/** While its data is cleaned up, and when that fails. */
export function cleaningStatus(stored: StoredPipeline, progress: string, failure: string | null, now: Date) {
  const findings = progressFindings({ state: "Reconciling", reason: "CleaningUp", message: progress });
  if (failure !== null) {
    findings.push({ type: "CleanUpFailed", status: "True", reason: "CleanUpFailed", message: failure });
  }
  return changed(stored, findings, now);
}

export function progressFindings(progress: Progress): PipelineFinding[] {
  return kstatusFindings(progress).map((finding) => ({ ...finding, type: kstatusType(finding.type) }));
}

function kstatusType(type: string): "Ready" | "Reconciling" | "Stalled" {
  if (type === "Ready" || type === "Reconciling" || type === "Stalled") return type;
  throw new TypeError(`${type} is not of kstatus`);
}

/** The status there is, with some conditions set. */
function changed(stored: StoredPipeline, findings: readonly PipelineFinding[], now: Date): VelibPipelineStatus {
  const { conditions: _, observedGeneration: __, ...rest } = statusOf(stored);
  const set = nextStatus(stored, { ...rest, findings }, now);
  const isSet = new Set<string>(findings.map(({ type }) => type));
  const kept = currentConditions(stored).filter(({ type }) => !isSet.has(type));
  return { ...set, conditions: [...kept, ...(set.conditions ?? [])] };
}
