import { annotations } from "../api/resource-names.ts";
import type { ModelTrainingStatus } from "../api/training-status.ts";
import { conditionOf, mergeConditions } from "../runtime/conditions.ts";
import { canonicalJson } from "../runtime/content-hash.ts";
import { type StoredTraining, statusOf } from "./stored-training.ts";
import { apartFindings, type TrainingFinding, type TrainingView, trainingFindings } from "./training-findings.ts";
import { recordIn, type TrainingRecord } from "./training-results.ts";

/** The status to be of a training; equal to the one there is when nothing turned. */
export function trainingStatus(stored: StoredTraining, view: TrainingView, now: Date): ModelTrainingStatus {
  const { runs, record } = view;
  const before = statusOf(stored);
  const active = runs.find(({ end }) => end === null)?.name;
  const lastScheduleTime = latest([before.lastScheduleTime, runs[0]?.begunAt]);
  const lastSuccessfulTime = latest([
    before.lastSuccessfulTime,
    ...runs.map(({ end }) => (end?.isSuccess ? end.time : undefined)),
  ]);
  return {
    ...withFindings(stored, record, trainingFindings(view), now),
    ...(active === undefined ? {} : { activeJob: active }),
    ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
    ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
  };
}

/** The status of a training that is left as it is, as the user asked by annotation. */
export function pausedStatus(stored: StoredTraining, now: Date): ModelTrainingStatus {
  const message = `Left as it is: annotation ${annotations.pauseReconciliation}; take it off to go on`;
  const before = statusOf(stored);
  const wasReady = conditionOf(conditionsOf(before), "Ready")?.status === "True";
  const progress = { state: wasReady ? "Ready" : "Reconciling", reason: "Paused", message } as const;
  const findings: TrainingFinding[] = [
    ...apartFindings(progress, recordIn(before)),
    { type: "ReconciliationPaused", status: "True", reason: "Annotated", message },
  ];
  return { ...before, ...withFindings(stored, recordIn(before), findings, now) };
}

/** The status of a training that this version can't read. */
export function invalidStatus(stored: StoredTraining, now: Date): ModelTrainingStatus {
  const progress = { state: "Stalled", reason: "InvalidResource", message: stored.problem ?? "" } as const;
  const before = statusOf(stored);
  const record = recordIn(before);
  return { ...before, ...withFindings(stored, record, apartFindings(progress, record), now) };
}

/** Whether two statuses say the same; lists told apart by key come back in an order of the server's. */
export function isSameStatus(a: ModelTrainingStatus, b: ModelTrainingStatus): boolean {
  return comparable(a) === comparable(b);
}

function withFindings(
  stored: StoredTraining,
  { history, servingVersion }: TrainingRecord,
  findings: readonly TrainingFinding[],
  now: Date,
): ModelTrainingStatus {
  const generation = stored.metadata.generation ?? 0;
  const current = conditionsOf(statusOf(stored));
  const found = new Set<string>(findings.map(({ type }) => type));
  const dropped = current.map(({ type }) => type).filter((type) => !found.has(type));
  const [last] = history;
  return {
    observedGeneration: generation,
    conditions: mergeConditions(current, findings, generation, now, dropped),
    ...(servingVersion === null ? {} : { servingVersion }),
    ...(last === undefined ? {} : { lastResult: last, history: [...history] }),
  };
}

function conditionsOf({ conditions = [] }: ModelTrainingStatus) {
  return conditions.map((condition) => ({ ...condition, observedGeneration: condition.observedGeneration ?? 0 }));
}

function comparable({ conditions = [], ...rest }: ModelTrainingStatus): string {
  return canonicalJson({ ...rest, conditions: conditions.map((each) => canonicalJson(each)).sort() });
}

function latest(times: readonly (string | undefined)[]): string | undefined {
  return times
    .filter((time) => time !== undefined)
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
}
