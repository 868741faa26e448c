import type { TemplatedComponent } from "../../api/pod-template.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { backboneLabels, boundedName, instanceLabel } from "../backbone/backbone-names.ts";

/** The processes of a pipeline. */
export const workloadComponents = ["producer", "aggregator", "archiver", "api", "batch"] as const;
export type WorkloadComponent = (typeof workloadComponents)[number] & TemplatedComponent;

/** On every pod and on nothing else: partners copy the other labels of their resources to pods that are theirs. */
export const podLabel = "velib.dev/pipeline";

/** Of Kubernetes' recommended labels: the component. */
export const componentLabel = "app.kubernetes.io/component";
/** What is there once a pipeline, for all components. */
const sharedComponent = "pipeline";

/** Names of what runs for a pipeline. The longest allowed is a CronJob's: 52 characters. */
export interface WorkloadNames {
  /** The service account and the policies for all components. */
  readonly pipeline: string;
  /** Deployment, ConfigMap, policies and disruption budget of a component; Service of the API; CronJob of the batch. */
  of(component: WorkloadComponent): string;
  /** The Deployment that runs one share of the sources. */
  producer(shard: number): string;
  /** The claim for the batch's files. */
  readonly batchVolume: string;
  /** What lets KEDA log in to Kafka. */
  readonly kedaLogin: string;
}

export function workloadNames({ metadata }: VelibPipeline): WorkloadNames {
  const name = boundedName(metadata.name, 40);
  return {
    pipeline: name,
    of: (component) => `${name}-${component}`,
    producer: (shard) => `${name}-producer-${shard}`,
    batchVolume: `${name}-batch`,
    kedaLogin: `${name}-keda-kafka`,
  };
}

/** Labels of an object that is for one component, or for all. */
export function workloadLabels(pipeline: VelibPipeline, component?: WorkloadComponent): Record<string, string> {
  return backboneLabels(pipeline, component ?? sharedComponent);
}

/** Labels by which a Deployment and the policies know the pods of a component; a Deployment's are immutable. */
export function podSelector(pipeline: VelibPipeline, component: WorkloadComponent): Record<string, string> {
  return { [podLabel]: instanceLabel(pipeline), [componentLabel]: component };
}
