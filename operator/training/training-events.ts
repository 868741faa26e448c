import type { TrainingResult } from "../api/training-status.ts";
import type { Notice } from "../notifications.ts";
import type { EventRecorder } from "../runtime/event-recorder.ts";
import type { LiveObject } from "../runtime/kube-object.ts";
import type { TrainingEventReason } from "./training-event-reasons.ts";
import { scoresText } from "./training-results.ts";

/** Tells that a Job was made. */
export function recordBegin(events: EventRecorder, training: LiveObject, job: string): void {
  record(events, training, "RunBegun", `Job ${job} trains`);
}

/** Tells that a Job was ended for another spec. */
export function recordSuperseded(events: EventRecorder, training: LiveObject, job: string): void {
  const note = `Job ${job} was for a spec that is no longer so: it is ended and another follows`;
  record(events, training, "RunSuperseded", note);
}

/** Tells what a run came to, once a run. */
export function recordResult(events: EventRecorder, training: LiveObject, result: TrainingResult): void {
  record(events, training, result.outcome, resultText(result), result.job);
}

/** What the webhooks of the pipeline are told of a result; null: nothing. */
export function noticeOf(result: TrainingResult): Notice | null {
  if (result.outcome === "Promoted") return { event: "Promoted", message: resultText(result) };
  return result.reason === "Error" ? { event: "JobFailed", message: resultText(result) } : null;
}

function record(
  events: EventRecorder,
  training: LiveObject,
  reason: TrainingEventReason,
  note: string,
  cause?: string,
): void {
  const type = reason === "NotTrained" ? "Warning" : "Normal";
  events.record(training, { type, reason, action: "Train", note, ...(cause === undefined ? {} : { cause }) });
}

function resultText(result: TrainingResult): string {
  const { reason, message = "", modelVersion, job } = result;
  const version = modelVersion === undefined ? "" : ` (version ${modelVersion})`;
  const told = [`${reason}${version}: ${message}`, scoresText(result)].filter(Boolean).join("; ");
  return `Job ${job}: ${told}`;
}
