import type { RandomStream } from "../../../core/simulation/random.ts";
import { velibPipelineType } from "../../../operator/api/resource-names.ts";
import type { VelibPipeline } from "../../../operator/api/velib-pipeline.ts";
import { planBackbone } from "../../../operator/pipeline/backbone/backbone-plan.ts";
import { isRetained } from "../../../operator/pipeline/backbone/retained-objects.ts";
import { fieldManager, labelPrefix } from "../../../operator/pipeline/pipeline-names.ts";
import { storedPipeline } from "../../../operator/pipeline/stored-pipeline.ts";
import { partnerWorkloadKinds, workloadKinds } from "../../../operator/pipeline/workloads/workload-kinds.ts";
import { type Workloads, workloads } from "../../../operator/pipeline/workloads/workloads.ts";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import {
  controllerOf,
  type KubeObject,
  type LiveObject,
  type ResourceType,
} from "../../../operator/runtime/kube-object.ts";
import { appliedFields, coversObject } from "../../../operator/runtime/managed-fields.ts";
import { ownershipMarks } from "../../../operator/runtime/ownership.ts";
import { someone } from "./cluster.ts";
import { mongoSecret, pipelineObject } from "./pipeline-operator.ts";

/** One step of a user: makes, changes or deletes a pipeline of a namespace, at random. */
export async function churn(api: KubeApi, namespace: string, count: number, random: RandomStream): Promise<void> {
  const name = `city-${Math.floor(random.share() * count)}`;
  const roll = random.share();
  if (roll < 0.2) {
    await api.delete(velibPipelineType, { namespace, name });
    return;
  }
  const spec = {
    aggregation: { replicas: 0 },
    archive: { replicas: 0 },
    api: { replicas: random.share() < 0.5 ? 0 : 1 },
    suspend: random.share() < 0.2,
    polling: { keyframeInterval: `${1 + Math.floor(random.share() * 9)}m` },
    ...(random.share() < 0.4 ? { batch: { schedule: "5 3 * * *", timeZone: "Europe/Paris" } } : {}),
  };
  await api.apply(velibPipelineType, pipelineObject(namespace, name, spec), someone);
}

const checkedKinds = workloadKinds.filter(
  (type) => !partnerWorkloadKinds.some((partner) => partner === type) && type.kind !== "Secret",
);

/** All objects that the operator made in a namespace, as `Kind name`, with the object. */
export async function madeObjects(api: KubeApi, namespace: string): Promise<Map<string, LiveObject>> {
  const found = new Map<string, LiveObject>();
  for (const type of checkedKinds) {
    const labelSelector = "app.kubernetes.io/managed-by=velib-operator";
    for (const object of (await api.list(type, { namespace, labelSelector })).items) {
      found.set(`${type.kind} ${object.metadata.name}`, object);
    }
  }
  return found;
}

/**
 * All that should be there for the pipelines there are, as the operator applies it: with its owner, and with the hash of
 * its content in an annotation.
 */
export async function expectedObjects(api: KubeApi, namespace: string): Promise<Map<string, KubeObject>> {
  const expected = new Map<string, KubeObject>();
  const { items } = await api.list(velibPipelineType, { namespace });
  for (const owner of items) {
    const { resource } = storedPipeline(owner);
    if (resource === null) throw new Error(`${owner.metadata.name} can't be read`);
    for (const [setName, objects] of desiredSets(resource, namespace)) {
      const marks = ownershipMarks({ prefix: labelPrefix, setName });
      for (const { object, type } of objects) {
        expected.set(`${object.kind} ${object.metadata.name}`, marks.mark(object, type, owner, isRetained(object)));
      }
    }
  }
  return expected;
}

/** The objects of a pipeline of the namespace, by set, before they are marked as its own. */
export function desiredSets(pipeline: VelibPipeline, namespace: string): Workloads["sets"] {
  const observed = {
    isServed: (type: ResourceType) => checkedKinds.includes(type),
    get: ({ kind }: ResourceType, name: string) =>
      kind === "Secret" && name === "mongo" ? mongoSecret(namespace) : null,
  };
  const { connections } = planBackbone(pipeline, observed, () => "");
  const isRunning = !pipeline.spec.suspend;
  return workloads({
    pipeline,
    connections,
    observed,
    activity: { producing: isRunning, consuming: isRunning },
    settings: {
      image: "velib.test/velib:1.2.3",
      imagePullPolicy: "IfNotPresent",
      imagePullSecrets: [],
      operator: { namespace, labels: { "app.kubernetes.io/name": "velib-operator" } },
    },
  }).sets;
}

const hashAnnotation = `${labelPrefix}/applied-hash`;

/** Where an object is not as it should be; empty when all are. What others set beside is no difference. */
export function differences(
  expected: ReadonlyMap<string, KubeObject>,
  made: ReadonlyMap<string, LiveObject>,
): string[] {
  const found: string[] = [];
  for (const [text, object] of expected) {
    const live = made.get(text);
    const hash = live?.metadata.annotations?.[hashAnnotation];
    if (live === undefined) found.push(`${text}: missing`);
    else if (controllerOf(live)?.uid !== controllerOf(object)?.uid) found.push(`${text}: of another owner`);
    else if (hash !== object.metadata.annotations?.[hashAnnotation]) found.push(`${text}: of another content`);
    else if (!coversObject(appliedFields(live, fieldManager), object)) found.push(`${text}: with others' changes`);
  }
  // what holds files stays when its pipeline goes, as the spec says
  const nobodys = [...made].filter(([text, live]) => !expected.has(text) && !isRetained(live));
  return [...found, ...nobodys.map(([text]) => `${text}: nobody's`)];
}
