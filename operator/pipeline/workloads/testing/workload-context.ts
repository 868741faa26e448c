import type { VelibPipeline } from "../../../api/velib-pipeline.ts";
import type { KubeObject } from "../../../runtime/kube-object.ts";
import { planBackbone } from "../../backbone/backbone-plan.ts";
import { ownInfrastructure, pipelineOf } from "../../backbone/testing/backbone-pipeline.ts";
import { observedCluster, ownSecrets } from "../../backbone/testing/observed-cluster.ts";
import type { WorkloadContext } from "../component-parts.ts";
import { type Activity, running, type WorkloadSettings } from "../workload-settings.ts";
import { type Workloads, workloads } from "../workloads.ts";

export const settings: WorkloadSettings = {
  image: "velib.test/velib:1.2.3",
  imagePullPolicy: "IfNotPresent",
  imagePullSecrets: [],
  operator: { namespace: "velib-system", labels: { "app.kubernetes.io/name": "velib-operator" } },
};

export interface Given {
  readonly settings?: Partial<WorkloadSettings>;
  readonly activity?: Activity;
  /** Instead of the Secrets of the user's own infrastructure. */
  readonly secrets?: readonly KubeObject[];
  /** Beside the Secrets. */
  readonly objects?: readonly KubeObject[];
  readonly missingKinds?: readonly string[];
  /** Annotations of the pipeline. */
  readonly annotations?: Record<string, string>;
}

/** A pipeline on infrastructure of the user's own that is all there. */
export function contextOf(spec: Record<string, unknown> = {}, given: Given = {}): WorkloadContext {
  return contextFor(annotated(pipelineOf({ ...ownInfrastructure, ...spec }), given.annotations), given);
}

/** The same for any pipeline. */
export function contextFor(pipeline: VelibPipeline, given: Given = {}): WorkloadContext {
  const objects = [...(given.secrets ?? ownSecrets), ...(given.objects ?? [])];
  const observed = observedCluster(objects, given.missingKinds);
  return {
    pipeline,
    connections: planBackbone(pipeline, observed, () => "generated").connections,
    observed,
    activity: given.activity ?? running,
    settings: { ...settings, ...given.settings },
  };
}

function annotated(pipeline: VelibPipeline, annotations: Record<string, string> = {}): VelibPipeline {
  return { ...pipeline, metadata: { ...pipeline.metadata, annotations } };
}

/** Every object of every set, in order. */
export function objectsOf({ sets }: Workloads): KubeObject[] {
  return [...sets.values()].flat().map(({ object }) => object);
}

/** The objects for a spec on the user's own infrastructure. */
export function workloadObjects(spec: Record<string, unknown> = {}, given: Given = {}): KubeObject[] {
  return objectsOf(workloads(contextOf(spec, given)));
}

/** The object of a kind and name. @throws when there is none */
export function objectNamed(objects: readonly KubeObject[], kind: string, name: string): KubeObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found !== undefined) return found;
  throw new Error(
    `no ${kind} ${name} among ${objects.map((object) => `${object.kind} ${object.metadata.name}`).join(", ")}`,
  );
}
