import { BY_OWNER } from "../runtime/owned-object.ts";
import type { PipelineCaches } from "./pipeline-caches.ts";
import { type ConsumingComponent, consumingComponents } from "./reports/process-report.ts";
import type { StoredPipeline } from "./stored-pipeline.ts";
import type { StoredDeployment } from "./trimmed-objects.ts";
import { componentLabel } from "./workloads/workload-names.ts";

/** The Deployments of a pipeline. */
export function deploymentsOf({ deployments }: PipelineCaches, { metadata }: StoredPipeline): StoredDeployment[] {
  return deployments.store.byIndex(BY_OWNER, metadata.uid);
}

/** Those of a component. */
export function ofComponent(deployments: readonly StoredDeployment[], component: string): StoredDeployment[] {
  return deployments.filter(({ metadata }) => metadata.labels?.[componentLabel] === component);
}

/** Components that consume and are to have pods. */
export function consumersAmong(deployments: readonly StoredDeployment[]): ConsumingComponent[] {
  return consumingComponents.filter((component) =>
    ofComponent(deployments, component).some(({ spec }) => (spec.replicas ?? 1) > 0),
  );
}

/** Components that have pods, of which fewer are ready than are to be. */
export function unreadyComponents(deployments: readonly StoredDeployment[]): ReadonlySet<string> {
  const unready = deployments.filter(({ spec, status = {} }) => {
    const { replicas = 0, readyReplicas = 0 } = status;
    return replicas > 0 && readyReplicas < (spec.replicas ?? 1);
  });
  return new Set(unready.flatMap(({ metadata }) => metadata.labels?.[componentLabel] ?? []));
}
