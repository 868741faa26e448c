import type { ModelTraining } from "../api/model-training.ts";
import { annotations } from "../api/resource-names.ts";
import type { TrainingResult } from "../api/training-status.ts";
import { digest } from "../pipeline/workloads/digest.ts";
import { canonicalJson } from "../runtime/content-hash.ts";
import type { LiveObject } from "../runtime/kube-object.ts";
import { nameHash, runName, specHashIn } from "./training-names.ts";
import { type TrainingRecord, unreadRuns } from "./training-results.ts";
import type { TrainingRun } from "./training-run.ts";

/** What is to be done with the runs of a training. */
export interface RunPlan {
  /** Name of the Job to be begun for the spec as it is now; null: nothing is to be begun by the operator. */
  readonly due: string | null;
  /** Runs for a spec that is no longer so: two runs at once would put each other's models out of service. */
  readonly superseded: readonly TrainingRun[];
  /** Whether the Job that is due has to wait for them to be gone. */
  readonly isBlocked: boolean;
}

const nothing: RunPlan = { due: null, superseded: [], isBlocked: false };

/**
 * Which run is to be begun. Without a schedule, one for each change of the spec; with one, only for what can't wait for
 * it: a pin, and `velib.dev/restartedAt`. What the newest run was for is read off its name, in the Jobs or, when they
 * are gone, in the results.
 * @param runs the newest first
 */
export function planRuns(
  training: ModelTraining & LiveObject,
  runs: readonly TrainingRun[],
  history: readonly TrainingResult[],
): RunPlan {
  const wanted = wantedRun(training);
  if (wanted === null || training.spec.suspend) return nothing;
  if (runs.some(({ name }) => name === wanted.name)) return nothing;
  if (lastSpecHash(training, runs, history) === wanted.specHash) return nothing;
  const inTheWay = runs.filter(({ end, isTerminating }) => end === null || isTerminating);
  return {
    due: wanted.name,
    superseded: inTheWay.filter(({ isTerminating }) => !isTerminating),
    isBlocked: inTheWay.length > 0,
  };
}

/** The run that the spec as it is now asks the operator for; null where only the schedule begins runs. */
export function wantedRun(training: ModelTraining & LiveObject): { name: string; specHash: string } | null {
  const { metadata, spec } = training;
  const restartedAt = metadata.annotations?.[annotations.restartedAt] ?? "";
  const { schedule, suspend: _, startingDeadline: __, historyLimits: ___, ...rest } = spec;
  const isScheduled = schedule !== undefined;
  if (isScheduled && spec.pin === undefined && restartedAt === "") return null;
  const what = isScheduled ? { pin: spec.pin } : rest;
  const specHash = nameHash(digest([metadata.uid, restartedAt, canonicalJson(what)]));
  return { name: runName(training, specHash), specHash };
}

/**
 * Ended Jobs beyond the limits. One whose result is not in the record stays until it is: it may have ended since the
 * results were read. Beside a schedule the Job of the spec as it is now stays too.
 */
export function expiredRuns(
  training: ModelTraining & LiveObject,
  runs: readonly TrainingRun[],
  record: TrainingRecord,
): TrainingRun[] {
  const unread = new Set(unreadRuns(runs, record).map(({ name }) => name));
  const { historyLimits, schedule } = training.spec;
  // it alone tells that a pin was seen to, however many scheduled runs came since
  const kept = schedule === undefined ? null : wantedRun(training);
  return [true, false].flatMap((isSuccess) =>
    runs
      .filter(({ end, isTerminating }) => end?.isSuccess === isSuccess && !isTerminating)
      .slice(isSuccess ? historyLimits.successful : historyLimits.failed)
      .filter(({ name, specHash }) => !unread.has(name) && (kept === null || specHash !== kept.specHash)),
  );
}

/** The spec that the newest of the operator's own runs was for. */
function lastSpecHash(
  training: ModelTraining,
  runs: readonly TrainingRun[],
  history: readonly TrainingResult[],
): string | null {
  const own = runs.filter(({ specHash }) => specHash !== null);
  const running = own.find(({ end }) => end === null);
  if (running !== undefined) return running.specHash;
  const ended = [
    ...own.map(({ specHash, end }) => ({ specHash, time: end?.time ?? "" })),
    ...history.map(({ job = "", time }) => ({ specHash: specHashIn(training, job), time })),
  ].filter(({ specHash }) => specHash !== null);
  const [newest] = ended.sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
  return newest?.specHash ?? null;
}
