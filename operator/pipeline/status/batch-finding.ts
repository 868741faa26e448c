import Type from "typebox";
import Value from "typebox/value";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { LiveObject } from "../../runtime/kube-object.ts";
import { oneLine, type PartnerState } from "../backbone/partner-status.ts";
import { type ComponentState, type PipelineFinding, problemOf } from "./component-findings.ts";

const JobStatus = Type.Object({
  conditions: Type.Optional(
    Type.Array(
      Type.Object({
        type: Type.String(),
        status: Type.String(),
        lastTransitionTime: Type.Optional(Type.String()),
        message: Type.Optional(Type.String()),
      }),
    ),
  ),
});

/** `SparkApplicationStatus` of the Spark operator's api/v1beta2; FAILED comes after the last retry. */
const SparkStatus = Type.Object({
  applicationState: Type.Object({ state: Type.String(), errorMessage: Type.Optional(Type.String()) }),
  terminationTime: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

/** The end of a run. */
interface EndedRun {
  /** Kind and name. */
  readonly what: string;
  readonly succeeded: boolean;
  readonly at: string;
  readonly message: string;
}

/**
 * The batch's condition, where there is one: how its newest run ended, unless its objects can't be made.
 * @param schedule what the Spark operator says of it; null where no Spark is asked for
 */
export function batchFinding(
  { spec }: VelibPipeline,
  state: Pick<ComponentState, "held" | "failures" | "missing" | "isSuspended">,
  runs: readonly LiveObject[],
  schedule: PartnerState | null,
): PipelineFinding[] {
  if (spec.batch === undefined) return [];
  const type = "BatchReady";
  const problem = problemOf(state);
  if (problem !== null) return [{ type, ...problem }];
  const last = newestEnd(runs);
  if (last?.succeeded === false) {
    return [{ type, status: "False", reason: "JobFailed", message: `${last.what} failed: ${last.message}` }];
  }
  if (spec.batch.suspend || state.isSuspended) {
    return [{ type, status: "True", reason: "Suspended", message: "No runs are started" }];
  }
  if (schedule?.state === "waiting") {
    return [{ type, status: "False", reason: schedule.reason, message: schedule.message }];
  }
  if (last === null) return [{ type, status: "True", reason: "Scheduled", message: "No run has ended yet" }];
  return [{ type, status: "True", reason: "JobSucceeded", message: `${last.what} succeeded` }];
}

function newestEnd(runs: readonly LiveObject[]): EndedRun | null {
  const ended = runs
    .flatMap((run) => (run.kind === "Job" ? endOfJob(run) : endOfSpark(run)))
    .sort((a, b) => (a.at < b.at ? 1 : -1));
  return ended[0] ?? null;
}

function endOfSpark({ kind, metadata, status }: LiveObject): EndedRun[] {
  if (!Value.Check(SparkStatus, status)) return [];
  const { state, errorMessage = "" } = status.applicationState;
  if (state !== "COMPLETED" && state !== "FAILED") return [];
  // a run that could not be submitted has no time of its end
  const at = status.terminationTime ?? String(metadata.creationTimestamp ?? "");
  return [{ what: `${kind} ${metadata.name}`, succeeded: state === "COMPLETED", at, message: oneLine(errorMessage) }];
}

function endOfJob({ metadata, status }: LiveObject): EndedRun[] {
  const conditions = Value.Check(JobStatus, status) ? (status.conditions ?? []) : [];
  const end = conditions.find(({ type, status: is }) => is === "True" && (type === "Complete" || type === "Failed"));
  if (end === undefined) return [];
  const { type, lastTransitionTime = "", message = "" } = end;
  return [{ what: `Job ${metadata.name}`, succeeded: type === "Complete", at: lastTransitionTime, message }];
}
