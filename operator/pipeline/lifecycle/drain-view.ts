import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { conditionOf } from "../../runtime/conditions.ts";
import { consumersAmong, ofComponent } from "../component-deployments.ts";
import type { GroupAnswer } from "../reports/process-answers.ts";
import type { ProcessReport } from "../reports/process-report.ts";
import { currentConditions } from "../status/written-status.ts";
import type { StoredPipeline } from "../stored-pipeline.ts";
import type { StoredDeployment } from "../trimmed-objects.ts";
import { type ConsumerBacklog, type DrainPhase, drainPhase } from "./drain.ts";

/** How far the stop of a pipeline is, by what is known of its Deployments and what its processes said last. */
export function drainOf(
  stored: StoredPipeline,
  { spec }: VelibPipeline,
  deployments: readonly StoredDeployment[],
  reports: readonly ProcessReport[],
): DrainPhase {
  const report = reports.at(-1);
  const producersOff = ofComponent(deployments, "producer").every(isOff);
  return drainPhase({
    suspend: spec.suspend,
    wasDrained: conditionOf(currentConditions(stored), "Drained")?.status === "True",
    consumers: consumersAmong(deployments),
    producersGone: report === undefined ? null : producersOff && report.producersGone,
    backlogs: new Map([...(report?.backlogs ?? [])].map(([component, groups]) => [component, backlogOf(groups)])),
  });
}

/** Whether no pod of a Deployment is left or will come. */
export function isOff({ metadata, spec, status }: StoredDeployment): boolean {
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return spec.replicas === 0 && isSeen && (status?.replicas ?? 0) === 0;
}

function backlogOf(groups: readonly GroupAnswer[]): ConsumerBacklog {
  return {
    lag: groups.reduce((sum, { lag }) => sum + lag, 0),
    offsets: groups.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, end }) => ({ topic, partition, offset: String(end) })),
    ),
  };
}
