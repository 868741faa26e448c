import type { PipelineConditionType } from "../../api/conditions.ts";
import type { ApplyFailure } from "../../runtime/apply-failure.ts";
import type { Finding } from "../../runtime/conditions.ts";
import type { StoredDeployment } from "../trimmed-objects.ts";
import type { Held } from "../workloads/references.ts";
import type { MissingKind } from "../workloads/workloads.ts";
import { rolloutOf } from "./rollout.ts";

export type PipelineFinding = Finding & { type: PipelineConditionType };

/** What is known of a component that runs as Deployments. */
export interface ComponentState {
  readonly held: Held | null;
  readonly failures: readonly ApplyFailure[];
  readonly missing: readonly MissingKind[];
  readonly deployments: readonly StoredDeployment[];
  /** Why pods are not ready; null: nothing is known. */
  readonly podCause: string | null;
  /** Told as the reason where no pods are to run. */
  readonly isSuspended: boolean;
}

/** The condition of a component: what keeps its objects from being written goes before how its pods are. */
export function componentFinding(type: PipelineConditionType, state: ComponentState): PipelineFinding {
  const problem = problemOf(state);
  if (problem !== null) return { type, ...problem };
  const rollouts = state.deployments.map((deployment) => rolloutOf(deployment, state.podCause));
  const unfinished =
    rollouts.find((rollout) => rollout.state === "Failed") ??
    rollouts.find((rollout) => rollout.state === "Progressing");
  if (unfinished !== undefined) {
    const reason = unfinished.state === "Failed" ? "PodsFailed" : "Progressing";
    return { type, status: "False", reason, message: unfinished.message };
  }
  if (state.deployments.length === 0) {
    return { type, status: "False", reason: "Progressing", message: "Its Deployments are being created" };
  }
  if (state.deployments.some(({ spec }) => spec.replicas !== 0))
    return { type, status: "True", reason: "Ready", message: "" };
  const reason = state.isSuspended ? "Suspended" : "ScaledToZero";
  return { type, status: "True", reason, message: "No pods are to run" };
}

/** What keeps objects from being written, as a condition says it; null when nothing does. */
export function problemOf({
  held,
  failures,
  missing,
}: Pick<ComponentState, "held" | "failures" | "missing">): Omit<Finding, "type"> | null {
  if (held !== null) return { status: "False", reason: held.reason, message: held.message };
  const [failure] = failures;
  if (failure !== undefined) return { status: "False", reason: failure.reason, message: failure.message };
  const [absent] = missing;
  if (absent === undefined) return null;
  return {
    status: "False",
    reason: "CrdMissing",
    message: `${absent.message}; left out: ${absent.objects.join(", ")}`,
  };
}
