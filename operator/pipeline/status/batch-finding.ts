import Type from "typebox";
import Value from "typebox/value";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { LiveObject } from "../../runtime/kube-object.ts";
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

/** The end of a run. */
interface EndedJob {
  readonly name: string;
  readonly succeeded: boolean;
  readonly at: string;
  readonly message: string;
}

/** The batch's condition, where there is one: how its newest run ended, unless its objects can't be made. */
export function batchFinding(
  { spec }: VelibPipeline,
  state: Pick<ComponentState, "held" | "failures" | "missing" | "isSuspended">,
  jobs: readonly LiveObject[],
): PipelineFinding[] {
  if (spec.batch === undefined) return [];
  const type = "BatchReady";
  const problem = problemOf(state);
  if (problem !== null) return [{ type, ...problem }];
  const last = newestEnd(jobs);
  if (last?.succeeded === false) {
    return [{ type, status: "False", reason: "JobFailed", message: `Job ${last.name} failed: ${last.message}` }];
  }
  if (spec.batch.suspend || state.isSuspended) {
    return [{ type, status: "True", reason: "Suspended", message: "No runs are started" }];
  }
  if (last === null) return [{ type, status: "True", reason: "Scheduled", message: "No run has ended yet" }];
  return [{ type, status: "True", reason: "JobSucceeded", message: `Job ${last.name} succeeded` }];
}

function newestEnd(jobs: readonly LiveObject[]): EndedJob | null {
  const ended = jobs.flatMap(endOf).sort((a, b) => (a.at < b.at ? 1 : -1));
  return ended[0] ?? null;
}

function endOf({ metadata, status }: LiveObject): EndedJob[] {
  const conditions = Value.Check(JobStatus, status) ? (status.conditions ?? []) : [];
  const end = conditions.find(({ type, status: is }) => is === "True" && (type === "Complete" || type === "Failed"));
  if (end === undefined) return [];
  const { type, lastTransitionTime = "", message = "" } = end;
  return [{ name: metadata.name, succeeded: type === "Complete", at: lastTransitionTime, message }];
}
