import type { ApplyFailure } from "../runtime/apply-failure.ts";
import type { BackbonePlan } from "./backbone/backbone-plan.ts";
import type { PipelineSet } from "./pipeline-objects.ts";
import type { Workloads } from "./workloads/workloads.ts";

/** What a visit applied. */
export interface Applied {
  readonly plan: BackbonePlan;
  readonly made: Workloads;
  readonly failures: ReadonlyMap<PipelineSet, readonly ApplyFailure[]>;
}
