import { expect, it } from "vitest";
import type { KubeApi } from "../../runtime/kube-api.ts";
import type { LiveObject } from "../../runtime/kube-object.ts";
import { pipelineOf } from "../backbone/testing/backbone-pipeline.ts";
import { podCauses } from "./pod-causes.ts";
import { clusterAddresses } from "./process-report.ts";

const { signal } = new AbortController();
const running = (ready = false) => ({ containerStatuses: [{ ready, state: { running: {} } }], podIP: "192.0.2.7" });
const waiting = (reason: string, message: string, lastState = {}) => ({
  containerStatuses: [{ ready: false, state: { waiting: { reason, message } }, lastState }],
});

function pod(status: object, component = "aggregator", metadata = {}): LiveObject {
  const labels = { "app.kubernetes.io/component": component };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", uid: "1", resourceVersion: "1", labels, ...metadata },
    status,
  };
}

/** What is told of the pods; processes answer `/readyz` with `answer`. */
async function told(pods: LiveObject[], answer: unknown = null) {
  const asked: string[] = [];
  const api = { list: async () => ({ items: pods, resourceVersion: "1", continue: "" }) };
  const getJson = async (url: string, _headers: object, _signal: AbortSignal, statuses: readonly number[] = [200]) => {
    asked.push(`${url} ${statuses}`);
    return answer ?? Promise.reject(new Error("nobody answers"));
  };
  const deps = { api: api as unknown as KubeApi, getJson, addresses: clusterAddresses };
  const causes = await podCauses(deps, pipelineOf(), new Set(["aggregator"]), signal);
  return { cause: causes.get("aggregator") ?? null, asked };
}

const unschedulable = "0/3 nodes are available: 3 Insufficient memory.";
const crashed = {
  terminated: { exitCode: 2, reason: "Error", message: '{"level":50}\nvelib: VELIB_CONFIG: topic: expected text\n\n' },
};

it.each<[string, object, string]>([
  [
    "no node has room for",
    { conditions: [{ type: "PodScheduled", status: "False", message: unschedulable }] },
    `no node takes it: ${unschedulable}`,
  ],
  [
    "has an image that is not there",
    waiting("ImagePullBackOff", 'Back-off pulling image "velib:typo"'),
    'ImagePullBackOff: Back-off pulling image "velib:typo"',
  ],
  [
    "ends again and again",
    waiting("CrashLoopBackOff", "back-off 5m0s restarting failed container", crashed),
    "it ended with code 2: velib: VELIB_CONFIG: topic: expected text",
  ],
  [
    "just ended",
    { containerStatuses: [{ ready: false, state: crashed }] },
    "it ended with code 2: velib: VELIB_CONFIG: topic: expected text",
  ],
  [
    "had too little memory",
    waiting("CrashLoopBackOff", "", { terminated: { exitCode: 137, reason: "OOMKilled" } }),
    "it ended with code 137 (OOMKilled)",
  ],
])("tells of a pod that %s", async (_name, status, cause) => {
  expect(await told([pod(status)])).toEqual({ cause, asked: [] });
});

it("asks a process that runs, in the words of its probes and of the API", async () => {
  expect(await told([pod(running())], { ready: false, cause: "MongoDB: wrong password" })).toEqual({
    cause: "MongoDB: wrong password",
    asked: ["http://192.0.2.7:8080/readyz 503"],
  });
  const error = { code: "not_ready", message: "Kafka: no such host" };
  expect((await told([pod(running())], { error })).cause).toBe("Kafka: no such host");
});

it.each<[string, LiveObject]>([
  ["is ready", pod(running(true))],
  ["is being started", pod(waiting("ContainerCreating", ""))],
  ["has only been made", pod({})],
  ["ends", pod(waiting("ImagePullBackOff", "x"), "aggregator", { deletionTimestamp: "2026-01-05T12:00:00Z" })],
  ["is of a component that is ready", pod(waiting("ImagePullBackOff", "x"), "api")],
  ["runs and does not answer", pod(running())],
])("says nothing of a pod that %s", async (_name, object) => {
  expect((await told([object])).cause).toBeNull();
});

it("tells the same of several pods, whatever their order", async () => {
  const pods = [pod(waiting("ImagePullBackOff", "b")), pod(waiting("ErrImagePull", "a"))];

  expect((await told(pods)).cause).toBe("ErrImagePull: a");
  expect((await told(pods.reverse())).cause).toBe("ErrImagePull: a");
});
