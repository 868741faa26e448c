import { velibPipelineType } from "../../../operator/api/resource-names.ts";
import type { VelibPipeline } from "../../../operator/api/velib-pipeline.ts";
import { planBackbone } from "../../../operator/pipeline/backbone/backbone-plan.ts";
import { storedPipeline } from "../../../operator/pipeline/stored-pipeline.ts";
import { partnerWorkloadKinds, workloadKinds } from "../../../operator/pipeline/workloads/workload-kinds.ts";
import { workloads } from "../../../operator/pipeline/workloads/workloads.ts";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import type { KubeObject, LiveObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import { someone } from "./cluster.ts";
import { mongoSecret, pipelineObject } from "./pipeline-operator.ts";

/** One step of a user: makes, changes or deletes a pipeline of a namespace, at random. */
export async function churn(api: KubeApi, namespace: string, count: number, random: () => number): Promise<void> {
  const name = `city-${Math.floor(random() * count)}`;
  const roll = random();
  if (roll < 0.2) {
    await api.delete(velibPipelineType, { namespace, name });
    return;
  }
  const spec = {
    aggregation: { replicas: 0 },
    archive: { replicas: 0 },
    api: { replicas: random() < 0.5 ? 0 : 1 },
    suspend: random() < 0.2,
    polling: { keyframeInterval: `${1 + Math.floor(random() * 9)}m` },
    ...(random() < 0.4 ? { batch: { schedule: "5 3 * * *", timeZone: "Europe/Paris" } } : {}),
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

/** All that should be there for the pipelines there are, by the pure functions, each with the uid of its owner. */
export async function expectedObjects(
  api: KubeApi,
  namespace: string,
): Promise<Map<string, { object: KubeObject; owner: string }>> {
  const expected = new Map<string, { object: KubeObject; owner: string }>();
  const { items } = await api.list(velibPipelineType, { namespace });
  for (const live of items) {
    const { resource } = storedPipeline(live);
    if (resource === null) throw new Error(`${live.metadata.name} can't be read`);
    for (const object of objectsFor(resource, namespace)) {
      expected.set(`${object.kind} ${object.metadata.name}`, { object, owner: live.metadata.uid });
    }
  }
  return expected;
}

function objectsFor(pipeline: VelibPipeline, namespace: string): KubeObject[] {
  const observed = {
    isServed: (type: ResourceType) => checkedKinds.includes(type),
    get: ({ kind }: ResourceType, name: string) =>
      kind === "Secret" && name === "mongo" ? mongoSecret(namespace) : null,
  };
  const { connections } = planBackbone(pipeline, observed, () => "");
  const isRunning = !pipeline.spec.suspend;
  const made = workloads({
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
  });
  return [...made.sets.values()].flat().map(({ object }) => object);
}

/** Where an object is not as it should be; empty when all are. What others set beside is no difference. */
export function differences(
  expected: ReadonlyMap<string, { object: KubeObject; owner: string }>,
  made: ReadonlyMap<string, LiveObject>,
): string[] {
  const found: string[] = [];
  for (const [text, { object, owner }] of expected) {
    const live = made.get(text);
    if (live === undefined) found.push(`${text}: missing`);
    else if (live.metadata.ownerReferences?.[0]?.uid !== owner) found.push(`${text}: of another owner`);
    else if (!contains(live, object)) found.push(`${text}: otherwise than it should be`);
  }
  for (const text of made.keys()) if (!expected.has(text)) found.push(`${text}: nobody's`);
  return found;
}

/** Whether `live` has all that `wanted` says. */
function contains(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(live)) return wanted.length === 0;
    return wanted.every((each, i) => contains(live[i], each));
  }
  if (!isRecord(wanted)) return live === wanted || wanted === undefined || (wanted === "" && live === undefined);
  if (!isRecord(live)) return Object.keys(wanted).length === 0;
  return Object.entries(wanted).every(([name, each]) => contains(live[name], each));
}
