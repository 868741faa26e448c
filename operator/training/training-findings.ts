import { trainingReasons } from "../../core/models/promotion.ts";
import type { TrainingConditionType } from "../api/conditions.ts";
import type { ModelTraining } from "../api/model-training.ts";
import { waitingReasons } from "../pipeline/connections.ts";
import type { ApplyFailure } from "../runtime/apply-failure.ts";
import { type Finding, kstatusFindings, type Progress } from "../runtime/conditions.ts";
import type { RunPlan } from "./run-plan.ts";
import { type TrainingHeld, trainingHeldReasons } from "./training-inputs.ts";
import { scoresText, type TrainingRecord } from "./training-results.ts";
import type { TrainingRun } from "./training-run.ts";

export type TrainingFinding = Finding & { type: TrainingConditionType };

/** What a visit to a training found. */
export interface TrainingView {
  readonly training: ModelTraining;
  readonly held: TrainingHeld | null;
  readonly failures: readonly ApplyFailure[];
  readonly plan: RunPlan;
  /** The newest first. */
  readonly runs: readonly TrainingRun[];
  readonly record: TrainingRecord;
}

const heldReasons = [...trainingHeldReasons, ...waitingReasons, "ConfigMapMissing", "ConfigMapKeyMissing"] as const;
const progressReasons = [
  /** The last run of the spec came to a model. */
  "Trained",
  /** The CronJob is there, and the last run did not break off. */
  "Scheduled",
  "Suspended",
  /** A run goes on. */
  "Training",
  /** Runs for a spec that is no longer so are ended first. */
  "Superseding",
  "Paused",
  "InvalidResource",
  "NotOurs",
  "Refused",
  "Unavailable",
  ...heldReasons,
  ...trainingReasons,
] as const;

/** The reasons of each condition of a ModelTraining: a closed list, from which the reference page is made. */
export const trainingConditionReasons: Readonly<Record<TrainingConditionType, readonly string[]>> = {
  Ready: [...new Set(progressReasons)],
  Reconciling: [...new Set([...progressReasons, "Done", "IsStalled"])],
  Stalled: [...new Set([...progressReasons, "Done", "IsReconciling"])],
  PipelineReady: ["Ready", ...heldReasons],
  Trained: ["Trained", "NothingYet", "NotEnoughData", "OneOutcomeOnly", "Error"],
  Promoted: ["NothingYet", ...trainingReasons],
  Suspended: ["Suspended"],
  ReconciliationPaused: ["Annotated"],
};

/** Waits that end by themselves; from every other somebody has to help. */
const passing = new Set<string>(["Provisioning", "OperatorSilent", "PartnerFailed", "Terminating", "Unavailable"]);

/** The conditions of a training that is neither paused nor unreadable. */
export function trainingFindings(view: TrainingView): TrainingFinding[] {
  const { training, held, record } = view;
  const [last] = record.history;
  return [
    ...progressFindings(trainingProgress(view)),
    held === null
      ? { type: "PipelineReady", status: "True", reason: "Ready", message: "" }
      : { type: "PipelineReady", status: "False", ...held },
    ...resultFindings(last),
    ...(training.spec.suspend ? [suspended] : []),
  ];
}

/** The findings of a training that is left as it is, beside what its last run came to. */
export function apartFindings(progress: Progress, record: TrainingRecord): TrainingFinding[] {
  return [...progressFindings(progress), ...resultFindings(record.history[0])];
}

/** Where a training stands as a whole: see `kstatusFindings`. */
export function trainingProgress({ training, held, failures, plan, runs, record }: TrainingView): Progress {
  const { suspend, schedule } = training.spec;
  const [failure] = failures;
  const problem = held ?? failure;
  if (problem !== undefined) {
    const { reason, message } = problem;
    return { state: passing.has(reason) ? "Reconciling" : "Stalled", reason, message };
  }
  if (suspend) return { state: "Ready", reason: "Suspended", message: suspended.message };
  if (plan.isBlocked) {
    const message = "Runs for a spec that is no longer so are ended first";
    return { state: "Reconciling", reason: "Superseding", message };
  }
  const own = runs.find(({ end, specHash }) => end === null && specHash !== null);
  if (plan.due !== null || own !== undefined) {
    return { state: "Reconciling", reason: "Training", message: `Job ${plan.due ?? own?.name} trains` };
  }
  const [last] = record.history;
  const isBad = last?.outcome === "NotTrained" && (schedule === undefined || last.reason === "Error");
  if (last !== undefined && isBad) {
    const remedy = schedule === undefined ? "; train again by the annotation velib.dev/restartedAt" : "";
    return { state: "Stalled", reason: last.reason, message: `Job ${last.job}: ${last.message}${remedy}` };
  }
  if (schedule !== undefined) {
    return { state: "Ready", reason: "Scheduled", message: `Trains at ${schedule} of ${training.spec.timeZone}` };
  }
  if (last === undefined) return { state: "Reconciling", reason: "Training", message: "Its first run is being begun" };
  return { state: "Ready", reason: "Trained", message: last.message ?? "" };
}

const suspended: TrainingFinding = {
  type: "Suspended",
  status: "True",
  reason: "Suspended",
  message: "No run is begun; one that goes on is not ended",
};

function progressFindings(progress: Progress): TrainingFinding[] {
  return kstatusFindings(progress).map((finding) => ({ ...finding, type: kstatusTypes[finding.type] ?? "Ready" }));
}

const kstatusTypes: Readonly<Record<string, TrainingConditionType>> = {
  Ready: "Ready",
  Reconciling: "Reconciling",
  Stalled: "Stalled",
};

/** Trained and Promoted tell of the newest result, also while the next run goes on. */
function resultFindings(last: TrainingRecord["history"][number] | undefined): TrainingFinding[] {
  if (last === undefined) {
    const nothingYet = { status: "Unknown", reason: "NothingYet", message: "No run has ended yet" } as const;
    return [
      { type: "Trained", ...nothingYet },
      { type: "Promoted", ...nothingYet },
    ];
  }
  const { outcome, reason, message = "", modelVersion } = last;
  const told = [message, scoresText(last)].filter(Boolean).join("; ");
  const isTrained = outcome !== "NotTrained";
  return [
    {
      type: "Trained",
      status: isTrained ? "True" : "False",
      reason: isTrained ? "Trained" : reason,
      message: isTrained ? `Version ${modelVersion}` : message,
    },
    { type: "Promoted", status: outcome === "Promoted" ? "True" : "False", reason, message: told },
  ];
}
