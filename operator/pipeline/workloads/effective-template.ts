import type { PodTemplate } from "../../api/pod-template.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { WorkloadComponent } from "./workload-names.ts";

/**
 * What the user decides of a component's pods: the component's own template over the one for all. Mappings and lists
 * told apart by name are merged, an entry of the component's own going before; other lists replace each other.
 */
export function effectiveTemplate({ spec }: VelibPipeline, component: WorkloadComponent): PodTemplate {
  const { all = {}, [component]: own = {} } = spec.template ?? {};
  const merged: PodTemplate = { ...all, ...own };
  if (all.labels && own.labels) merged.labels = { ...all.labels, ...own.labels };
  if (all.annotations && own.annotations) merged.annotations = { ...all.annotations, ...own.annotations };
  if (all.nodeSelector && own.nodeSelector) merged.nodeSelector = { ...all.nodeSelector, ...own.nodeSelector };
  if (all.env && own.env) merged.env = byName(all.env, own.env);
  if (all.imagePullSecrets && own.imagePullSecrets) {
    merged.imagePullSecrets = byName(all.imagePullSecrets, own.imagePullSecrets);
  }
  if (all.resources && own.resources) {
    const { requests, limits } = own.resources;
    merged.resources = {
      requests: { ...all.resources.requests, ...requests },
      limits: { ...all.resources.limits, ...limits },
    };
  }
  return merged;
}

function byName<T extends { name: string }>(all: readonly T[], own: readonly T[]): T[] {
  return [...new Map([...all, ...own].map((entry) => [entry.name, entry])).values()];
}
