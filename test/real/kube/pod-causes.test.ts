import { afterEach, beforeEach, expect, it } from "vitest";
import { velibPipelineType } from "../../../operator/api/resource-names.ts";
import type { GetJson } from "../../../operator/pipeline/reports/process-answers.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import { secrets, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import {
  conditionIn,
  installOwnDefinitions,
  mongoSecret,
  type PipelineOperator,
  pipelineObject,
  startPipelineOperator,
  untilCondition,
} from "./pipeline-operator.ts";
import { pods, readyPods } from "./ready-pods.ts";

const waitMs = 30_000;

describeReal("pods that do not become ready, on a real API server", ["kube"], ({ kubeconfig }) => {
  let space: TestNamespace;
  let operator: PipelineOperator;
  let stopPods: () => Promise<void>;
  const broken = new Set(["aggregator", "api"]);
  const isBroken = (podName: string) => [...broken].some((component) => podName.startsWith(`paris-${component}-`));
  const key = () => ({ namespace: space.name, name: "paris" });

  const getJson: GetJson = async (url, _headers, _signal, statuses) => {
    if (url.startsWith("pod:/paris-api-") && url.endsWith("/readyz") && statuses?.includes(503)) {
      return { error: { code: "not_ready", message: "MongoDB at mongo.example.org: no such host" } };
    }
    throw new Error(`${url}: nobody answers`);
  };

  beforeEach(async () => {
    space = await testNamespace(kubeconfig);
    await installOwnDefinitions(space.api);
    stopPods = readyPods(space.api, space.name, (name) => !isBroken(name));
    operator = await startPipelineOperator({ api: space.api, namespace: space.name, getJson, firstLookMs: 200 });
    await space.api.create(secrets, mongoSecret(space.name), someone);
    await space.api.create(velibPipelineType, pipelineObject(space.name, "paris"), someone);
  });
  afterEach(async () => {
    await operator.stop();
    await stopPods();
    await space.remove();
  });

  it("are in their component's condition with the cause, until it is mended", async () => {
    const end = { exitCode: 2, reason: "Error", message: "velib: VELIB_CONFIG: topic: expected text\n" };
    await report("aggregator", { waiting: { reason: "CrashLoopBackOff", message: "back-off" } }, { terminated: end });
    await report("api", { running: {} });

    expect(await causeOf("AggregatorsReady", "velib: ")).toBe(
      "Deployment paris-aggregator: pods are not ready yet: it ended with code 2: velib: VELIB_CONFIG: topic: expected text",
    );
    expect(await causeOf("ApiReady", "MongoDB")).toBe(
      "Deployment paris-api: pods are not ready yet: MongoDB at mongo.example.org: no such host",
    );

    broken.clear();
    const live = await untilCondition(space.api, key(), "Ready", "True", "Ready", waitMs);
    expect(conditionIn(live, "AggregatorsReady")?.message).toBe("");
  });

  /** As the kubelet does; with `running` the pod has an address. */
  async function report(component: string, state: object, lastState: object = {}): Promise<void> {
    const pod = await until(
      `a pod of ${component}`,
      async () => {
        const { items } = await space.api.list(pods, { namespace: space.name });
        return items.find(({ metadata }) => metadata.name.startsWith(`paris-${component}-`)) ?? null;
      },
      waitMs,
    );
    const container = { name: "velib", image: "i", imageID: "i", ready: false, restartCount: 1, state, lastState };
    const status = { podIP: "192.0.2.2", containerStatuses: [container] };
    await space.api.patchStatus(pods, { namespace: space.name, name: pod.metadata.name }, { status }, someone);
  }

  function causeOf(type: string, words: string): Promise<string> {
    return until(
      `${type} with ${words}`,
      async () => {
        const message = conditionIn(await space.api.get(velibPipelineType, key()), type)?.message ?? "";
        return message.includes(words) ? message : null;
      },
      waitMs,
    );
  }
});
