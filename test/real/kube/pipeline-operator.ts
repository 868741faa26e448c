import type { Condition } from "../../../operator/api/conditions.ts";
import { crdName, customResourceDefinition, resources } from "../../../operator/api/crd.ts";
import type { VelibPipelineStatus } from "../../../operator/api/pipeline-status.ts";
import { velibPipelineType } from "../../../operator/api/resource-names.ts";
import { objectsIn } from "../../../operator/api/testing/examples.ts";
import { createNotifier, type PostJson } from "../../../operator/notifications.ts";
import { addPipelineControllers } from "../../../operator/pipeline/pipeline-controller.ts";
import type { GetJson } from "../../../operator/pipeline/reports/process-answers.ts";
import { statusOf, storedPipeline } from "../../../operator/pipeline/stored-pipeline.ts";
import type { WorkloadSettings } from "../../../operator/pipeline/workloads/workload-settings.ts";
import { createEventRecorder } from "../../../operator/runtime/event-recorder.ts";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import type { KubeObject, LiveObject, ObjectKey } from "../../../operator/runtime/kube-object.ts";
import { createManager } from "../../../operator/runtime/manager.ts";
import { createRuntimeMetrics, type RuntimeMetrics } from "../../../operator/runtime/runtime-metrics.ts";
import { until } from "../../testbed/faults/until.ts";
import { definitions, someone } from "./cluster.ts";
import { recordingWrites, type Write } from "./recorded-writes.ts";

export interface PipelineOperator {
  writes: Write[];
  metrics: RuntimeMetrics;
  /** Whether every kind was listed. */
  isReady(): boolean;
  stop(): Promise<void>;
}

export interface PipelineOperatorSettings {
  api: KubeApi;
  namespace: string;
  getJson?: GetJson;
  post?: PostJson;
  workloads?: Partial<WorkloadSettings>;
  cleanUpDeadlineMs?: number;
  firstLookMs?: number;
}

/** The operator's controllers in this process, for one namespace; every pod is reached as `pod:/<name>/`. */
export async function startPipelineOperator(settings: PipelineOperatorSettings): Promise<PipelineOperator> {
  const { namespace, cleanUpDeadlineMs, firstLookMs } = settings;
  const writes: Write[] = [];
  const metrics = createRuntimeMetrics();
  const manager = createManager({ api: recordingWrites(settings.api, writes), metrics, election: null });
  const { api } = manager;
  const events = createEventRecorder({ api, controller: "velib.dev/operator", instance: "test" });
  const post = settings.post ?? (async () => {});
  addPipelineControllers({
    manager,
    events,
    namespace,
    notifier: createNotifier({ api, events, post }),
    workloads: {
      image: "velib.test/velib:1.2.3",
      imagePullPolicy: "IfNotPresent",
      imagePullSecrets: [],
      operator: { namespace: "velib-system", labels: {} },
      ...settings.workloads,
    },
    getJson: settings.getJson ?? (async () => Promise.reject(new Error("nobody answers"))),
    addresses: { api: () => "api:/", pod: ({ metadata }) => `pod:/${metadata.name}/` },
    reportIntervalMs: 300,
    drainingIntervalMs: 300,
    ...(cleanUpDeadlineMs === undefined ? {} : { cleanUpDeadlineMs }),
    ...(firstLookMs === undefined ? {} : { firstLookMs }),
  });
  const stopping = new AbortController();
  const running = manager.run(stopping.signal, () => events.flush());
  await until("the operator's caches", () => (manager.ready() === null ? true : null), 30_000);
  return {
    writes,
    metrics,
    isReady: () => manager.ready() === null,
    async stop() {
      stopping.abort(new Error("the test is over"));
      await running;
    },
  };
}

/** Installs the project's own definitions and waits until they are served. */
export async function installOwnDefinitions(api: KubeApi): Promise<void> {
  for (const resource of resources) {
    for (const crd of objectsIn(JSON.stringify(customResourceDefinition(resource)), crdName(resource))) {
      await api.apply(definitions, crd, someone);
    }
  }
  await until("VelibPipeline served", async () => ((await api.list(velibPipelineType)).items ? true : null), 30_000);
}

/** A pipeline on infrastructure of the user's own, which needs no Secret but MongoDB's. */
export function pipelineObject(namespace: string, name: string, spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: velibPipelineType.apiVersion,
    kind: velibPipelineType.kind,
    metadata: { name, namespace },
    spec: {
      sources: [{ name: "paris", simulator: { stations: 10 } }],
      kafka: { bootstrapServers: ["kafka.example.org:9092"] },
      mongodb: { connectionSecretRef: { name: "mongo", key: "uri" } },
      cassandra: { contactPoints: ["cassandra.example.org"], localDataCenter: "dc1" },
      ...spec,
    },
  };
}

/** MongoDB's Secret, as `pipelineObject` names it. */
export function mongoSecret(namespace: string, password = "secret"): KubeObject {
  const uri = `mongodb://velib:${password}@mongo.example.org/?replicaSet=rs0`;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "mongo", namespace },
    data: { uri: Buffer.from(uri).toString("base64") },
  };
}

export function statusIn(object: LiveObject | null): VelibPipelineStatus {
  return object === null ? {} : statusOf(storedPipeline(object));
}

export function conditionIn(object: LiveObject | null, type: string): Condition | null {
  return statusIn(object).conditions?.find((condition) => condition.type === type) ?? null;
}

/** Waits until a condition of the present generation has a status and, if given, a reason. */
export async function untilCondition(
  api: KubeApi,
  key: ObjectKey,
  type: string,
  status: string,
  reason?: string,
  timeoutMs = 30_000,
): Promise<LiveObject> {
  let last = "";
  return until(
    `${key.name} ${type}=${status} ${reason ?? ""}`,
    async () => {
      const live = await api.get(velibPipelineType, key);
      const found = conditionIn(live, type);
      last = JSON.stringify(
        statusIn(live).conditions?.map((each) => [each.type, each.status, each.reason, each.message]),
      );
      const isCurrent = found?.observedGeneration === live?.metadata.generation;
      if (live && isCurrent && found?.status === status && (reason === undefined || found.reason === reason))
        return live;
      throw new Error(last);
    },
    timeoutMs,
    50,
  );
}
