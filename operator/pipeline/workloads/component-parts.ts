import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import type { ObservedObjects } from "../backbone/observed-objects.ts";
import type { BackboneConnections } from "../connections.ts";
import { type Held, type PodReferences, resolveReferences } from "./references.ts";
import { type ServiceConfig, serviceConfig } from "./service-config.ts";
import type { Shard } from "./shards.ts";
import { type WorkloadComponent, workloadLabels, workloadNames } from "./workload-names.ts";
import type { Activity, WorkloadSettings } from "./workload-settings.ts";

/** What is known when a pipeline's workloads are made. */
export interface WorkloadContext {
  readonly pipeline: VelibPipeline;
  readonly connections: BackboneConnections;
  /** Secrets and ConfigMaps that the spec names. */
  readonly observed: ObservedObjects;
  readonly activity: Activity;
  readonly settings: WorkloadSettings;
}

/** The objects of a component; or why they have to stay as they are. */
export type ComponentObjects = { readonly objects: KubeObject[] } | Held;

/** What a pod of a component gets by files and variables. */
export interface PodInputs {
  readonly config: ServiceConfig;
  readonly references: PodReferences;
}

/** The inputs of a process; or what is missing. */
export function podInputs(
  { pipeline, connections, observed }: WorkloadContext,
  component: WorkloadComponent,
  shard: Shard | null,
): PodInputs | Held {
  const config = serviceConfig(pipeline, component, shard, connections);
  if ("reason" in config) return config;
  const references = resolveReferences(pipeline, component, shard, observed);
  if ("reason" in references) return references;
  return { config, references };
}

/**
 * The configuration files of a component's processes, by key. A ConfigMap for each component: one that is held keeps
 * its own.
 */
export function configMap(
  pipeline: VelibPipeline,
  component: WorkloadComponent,
  files: Readonly<Record<string, ServiceConfig>>,
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: workloadNames(pipeline).of(component), labels: workloadLabels(pipeline, component) },
    data: Object.fromEntries(Object.entries(files).map(([key, { text }]) => [key, text])),
  };
}
