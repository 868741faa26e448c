import type { VelibPipelineStatus } from "../../api/pipeline-status.ts";
import type { NotifiedEvent } from "../../api/serving.ts";
import type { EventReason } from "./event-reasons.ts";

/** Something that turned between two statuses. */
export interface Transition {
  readonly reason: EventReason;
  readonly type: "Normal" | "Warning";
  readonly note: string;
  /** For webhooks, where they are told of it. */
  readonly notice: { readonly event: NotifiedEvent; readonly source?: string } | null;
}

/**
 * What turned from one written status to the next. Both are of the API, so that what was told is not told again by
 * another process, and what stays as it is never is.
 */
export function transitionsBetween(before: VelibPipelineStatus, after: VelibPipelineStatus): Transition[] {
  return [...conditionTransitions(before, after), ...sourceTransitions(before, after)];
}

function conditionTransitions(before: VelibPipelineStatus, after: VelibPipelineStatus): Transition[] {
  const found: Transition[] = [];
  const tell = (reason: EventReason, type: "Normal" | "Warning", note: string, notice: Transition["notice"] = null) =>
    found.push({ reason, type, note, notice });
  const became = (type: string, status: string) =>
    conditionOf(after, type)?.status === status && conditionOf(before, type)?.status !== status;
  const message = (type: string) => conditionOf(after, type)?.message ?? "";

  if (became("Ready", "True")) tell("Ready", "Normal", message("Ready"));
  if (became("Stalled", "True")) tell("Stalled", "Warning", message("Stalled"));
  if (became("Suspended", "True")) tell("Suspended", "Normal", message("Suspended"));
  const stopped = conditionOf(before, "Suspended")?.reason;
  if (conditionOf(after, "Suspended")?.reason === "Running" && stopped !== undefined && stopped !== "Running") {
    tell("Resumed", "Normal", "The producers and what consumes the log start again");
  }
  const [last, failed] = [conditionOf(before, "BatchReady"), conditionOf(after, "BatchReady")];
  if (failed?.reason === "JobFailed" && failed.message !== last?.message) {
    tell("BatchFailed", "Warning", failed.message, { event: "JobFailed" });
  }
  return found;
}

function sourceTransitions({ sources: old = [] }: VelibPipelineStatus, { sources = [] }: VelibPipelineStatus) {
  const wasFresh = new Map(old.map(({ name, fresh }) => [name, fresh]));
  return sources.flatMap(({ name, fresh, lastObservationTime = "never" }): Transition[] => {
    const notice = { source: name };
    if (fresh === false && wasFresh.get(name) === true) {
      const note = `Source ${name} is stale: its newest poll that counted was about ${lastObservationTime}`;
      return [{ reason: "SourceStale", type: "Warning", note, notice: { ...notice, event: "Stale" } }];
    }
    if (fresh === true && wasFresh.get(name) === false) {
      const note = `Source ${name} is fresh again`;
      return [{ reason: "SourceRecovered", type: "Normal", note, notice: { ...notice, event: "Recovered" } }];
    }
    return [];
  });
}

function conditionOf({ conditions = [] }: VelibPipelineStatus, type: string) {
  return conditions.find((condition) => condition.type === type);
}
