import type { Condition } from "../../../operator/api/conditions.ts";
import { modelTrainingType } from "../../../operator/api/resource-names.ts";
import type { ModelTrainingStatus } from "../../../operator/api/training-status.ts";
import type { Notice } from "../../../operator/notifications.ts";
import { pipelineCaches } from "../../../operator/pipeline/pipeline-caches.ts";
import { createEventRecorder } from "../../../operator/runtime/event-recorder.ts";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import type { KubeObject, LiveObject, ObjectKey, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { createManager } from "../../../operator/runtime/manager.ts";
import { createRuntimeMetrics } from "../../../operator/runtime/runtime-metrics.ts";
import { statusOf, storedTraining } from "../../../operator/training/stored-training.ts";
import { podKind } from "../../../operator/training/training-caches.ts";
import { trainingController } from "../../../operator/training/training-controller.ts";
import { until } from "../../testbed/faults/until.ts";
import { someone } from "./cluster.ts";
import { recordingWrites, type Write } from "./recorded-writes.ts";

export const cronJobs: ResourceType = { apiVersion: "batch/v1", kind: "CronJob", plural: "cronjobs", namespaced: true };

/** The controller of the trainings alone; who makes the pipelines be so does not run. */
export interface TrainingOperator {
  /** Kinds and names of what was written, events aside, in order. */
  readonly writes: Write[];
  /** Names of trainings in the order of their visits that ended. */
  readonly visits: string[];
  readonly notices: Notice[];
  stop(): Promise<void>;
}

export async function startTrainingOperator(api: KubeApi, namespace: string): Promise<TrainingOperator> {
  const writes: Write[] = [];
  const visits: string[] = [];
  const notices: Notice[] = [];
  const manager = createManager({ api: recordingWrites(api, writes), metrics: createRuntimeMetrics(), election: null });
  const events = createEventRecorder({ api: manager.api, controller: "velib.dev/operator", instance: "test" });
  const controller = trainingController({
    manager,
    events,
    namespace,
    pipelines: pipelineCaches(manager, namespace),
    notifier: {
      tell: (_, to = [], notice) => notices.push(...to.map(() => notice)),
      flush: async () => {},
    },
    workloads: {
      image: "velib.test/velib:1.2.3",
      imagePullPolicy: "IfNotPresent",
      imagePullSecrets: [],
      operator: { namespace: "velib-system", labels: { "app.kubernetes.io/name": "velib-operator" } },
    },
  });
  manager.add({
    ...controller,
    reconcile: async (key, signal) => {
      try {
        return await controller.reconcile(key, signal);
      } finally {
        visits.push(key.name);
      }
    },
  });
  const stopping = new AbortController();
  const running = manager.run(stopping.signal, () => events.flush());
  await until("the operator's caches", () => (manager.ready() === null ? true : null), 30_000);
  return {
    writes,
    visits,
    notices,
    async stop() {
      stopping.abort(new Error("the test is over"));
      await running;
    },
  };
}

export function trainingObject(namespace: string, name: string, spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: modelTrainingType.apiVersion,
    kind: modelTrainingType.kind,
    metadata: { name, namespace },
    spec: { pipelineRef: { name: "paris" }, logisticRegression: {}, ...spec },
  };
}

export function trainingStatusIn(object: LiveObject | null): ModelTrainingStatus {
  return object === null ? {} : statusOf(storedTraining(object));
}

/** Waits until a condition of the present generation has a status and, if given, a reason. */
export async function untilTraining(
  api: KubeApi,
  key: ObjectKey,
  type: string,
  status: Condition["status"],
  reason?: string,
): Promise<LiveObject> {
  return until(
    `${key.name} ${type}=${status} ${reason ?? ""}`,
    async () => {
      const live = await api.get(modelTrainingType, key);
      const { conditions = [] } = trainingStatusIn(live);
      const found = conditions.find((condition) => condition.type === type);
      const isCurrent = found?.observedGeneration === live?.metadata.generation;
      if (live && isCurrent && found?.status === status && (reason ?? found.reason) === found.reason) return live;
      throw new Error(JSON.stringify(conditions));
    },
    30_000,
    50,
  );
}

/**
 * The kubelet's part of a run, as there is no node: the pod that the Job's controller made ends, with this termination
 * message.
 */
export async function endPod(api: KubeApi, job: ObjectKey, exitCode: number, message: string): Promise<void> {
  const labelSelector = `batch.kubernetes.io/job-name=${job.name}`;
  const pod = await until(
    `a pod of Job ${job.name} that has not ended`,
    async () => {
      const { items } = await api.list(podKind, { namespace: job.namespace, labelSelector });
      return items.find((each) => JSON.stringify(each.status).includes('"phase":"Pending"')) ?? null;
    },
    30_000,
  );
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const terminated = {
    exitCode,
    message,
    reason: exitCode === 0 ? "Completed" : "Error",
    startedAt: now,
    finishedAt: now,
  };
  const status = {
    phase: exitCode === 0 ? "Succeeded" : "Failed",
    containerStatuses: [
      { name: "training", image: "velib", imageID: "", ready: false, restartCount: 0, state: { terminated } },
    ],
  };
  await api.patchStatus(podKind, { namespace: job.namespace, name: pod.metadata.name }, { status }, someone);
}
