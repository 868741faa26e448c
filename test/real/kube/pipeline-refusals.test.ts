import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { velibPipelineType } from "../../../operator/api/resource-names.ts";
import type { KubeObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import { denyWrites } from "./admission.ts";
import {
  configMap,
  configMaps,
  deployments,
  events,
  secrets,
  someone,
  type TestNamespace,
  testNamespace,
} from "./cluster.ts";
import {
  conditionIn,
  installOwnDefinitions,
  mongoSecret,
  type PipelineOperator,
  pipelineObject,
  startPipelineOperator,
  untilCondition,
} from "./pipeline-operator.ts";
import { readyPods } from "./ready-pods.ts";

const WAIT_MS = 60_000;
const claims: ResourceType = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  namespaced: true,
};

describeReal("VelibPipelines that the server or a reference refuses", ["kube"], ({ kubeconfig }) => {
  let space: TestNamespace;
  let operator: PipelineOperator;
  let stopPods: () => Promise<void>;
  let allow: () => Promise<void> = async () => {};

  beforeAll(async () => {
    const first = await testNamespace(kubeconfig);
    await installOwnDefinitions(first.api);
    await first.remove();
  });
  beforeEach(async () => {
    space = await testNamespace(kubeconfig);
    stopPods = readyPods(space.api, space.name);
    await space.api.create(secrets, mongoSecret(space.name), someone);
    operator = await startPipelineOperator({ api: space.api, namespace: space.name });
  });
  afterEach(async () => {
    await operator.stop();
    await stopPods();
    await allow();
    allow = async () => {};
    await space.remove();
  });

  const key = (name = "paris") => ({ namespace: space.name, name });
  const create = (spec: Record<string, unknown> = {}) =>
    space.api.create(velibPipelineType, pipelineObject(space.name, "paris", spec), someone);
  const isReady = () => untilCondition(space.api, key(), "Ready", "True", undefined, WAIT_MS);

  /** Once no Deployment's status changes any more, which is a visit of its own each time, only the back-off tries. */
  async function triesInThreeSeconds(what: string): Promise<number> {
    const tries = () => operator.writes.filter((write) => write.what === what).length;
    await until("every Deployment rolled out", deploymentsAreOut, WAIT_MS);
    await atRest();
    const before = tries();
    await wait(3_000);
    return tries() - before;
  }

  async function deploymentsAreOut(): Promise<true | null> {
    const { items } = await space.api.list(deployments, { namespace: space.name });
    const isOut = ({ metadata, spec, status }: KubeObject) =>
      isRecord(spec) &&
      isRecord(status) &&
      status.observedGeneration === metadata.generation &&
      status.readyReplicas === spec.replicas;
    return items.length > 0 && items.every(isOut) ? true : null;
  }

  async function templates(): Promise<Map<string, string>> {
    const { items } = await space.api.list(deployments, { namespace: space.name });
    return new Map(
      items.map(({ metadata, spec }) => [metadata.name, JSON.stringify(isRecord(spec) ? spec.template : null)]),
    );
  }

  async function rolls(): Promise<string[]> {
    const { items } = await space.api.list(events, { namespace: space.name });
    return items.filter(({ reason }) => reason === "Rolled").map(({ note }) => String(note));
  }

  /** The operator writes nothing any more. */
  async function atRest(): Promise<void> {
    await until(
      "at rest",
      async () => {
        const before = operator.writes.length;
        await wait(700);
        return operator.writes.length === before ? true : null;
      },
      WAIT_MS,
    );
  }

  it("name the object that an admission policy denies, without a hot loop, and go on once the policy is gone", async () => {
    const labels = { app: "probe" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "probe", image: "velib.test/probe:1" }] } };
    allow = await denyWrites({
      api: space.api,
      namespace: space.name,
      denied: deployments,
      passes: "!object.metadata.name.endsWith('-api')",
      message: "no APIs in this namespace",
      probe: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: key("probe-api"),
        spec: { selector: { matchLabels: labels }, template },
      },
    });
    await create();

    const live = await untilCondition(space.api, key(), "ApiReady", "False", "Refused");
    expect(conditionIn(live, "ApiReady")?.message).toMatch(/Deployment .*paris-api.*no APIs in this namespace/);
    expect(conditionIn(live, "Stalled")?.status).toBe("True");
    await untilCondition(space.api, key(), "AggregatorsReady", "True");
    expect(await triesInThreeSeconds("Deployment paris-api"), "tries in three seconds").toBeLessThan(8);

    await allow();
    allow = async () => {};
    await isReady();
  });

  it("name the object whose field is immutable, try no more, and go on once it is gone", async () => {
    await create({ batch: { storage: { volume: { size: "20Gi" } } } });
    await isReady();
    const claim = await until(
      "the claim",
      async () => (await space.api.list(claims, { namespace: space.name })).items[0] ?? null,
      WAIT_MS,
    );
    await space.api.delete(velibPipelineType, key());
    await until("gone", async () => ((await space.api.get(velibPipelineType, key())) === null ? true : null), WAIT_MS);

    // the claim outlived its pipeline; a claim keeps its access mode
    await create({ batch: { storage: { volume: { size: "20Gi", accessMode: "ReadWriteMany" } } } });
    const live = await untilCondition(space.api, key(), "Stalled", "True", "Refused");
    const message = conditionIn(live, "Stalled")?.message;
    expect(message).toContain(`PersistentVolumeClaim ${space.name}/${claim.metadata.name}`);
    expect(message).toContain("immutable");
    const what = `PersistentVolumeClaim ${claim.metadata.name}`;
    expect(await triesInThreeSeconds(what), "tries in three seconds").toBeLessThan(3);

    await space.api.delete(claims, key(claim.metadata.name));
    await isReady();
  });

  it("name the key that a ConfigMap lacks, and go on as soon as it is there", async () => {
    await space.api.create(configMaps, configMap(space.name, "areas", { other: "x" }), someone);
    await create({ zones: { geojson: { configMapRef: { name: "areas" } } } });

    const live = await untilCondition(space.api, key(), "ProducersReady", "False", "ConfigMapKeyMissing");
    expect(conditionIn(live, "ProducersReady")?.message).toMatch(
      /ConfigMap areas \(spec\.zones\.geojson\.configMapRef\) has no key zones\.geojson, but other; put it in/,
    );
    const data = { "zones.geojson": '{"type":"FeatureCollection","features":[]}' };
    await space.api.patch(configMaps, key("areas"), { merge: { data } }, someone);
    await isReady();
  });

  it("leave the producers alone when zones get other polygons: they read them while they run", async () => {
    const polygons = (name: string) => ({
      "zones.geojson": `{"type":"FeatureCollection","name":"${name}","features":[]}`,
    });
    await space.api.create(configMaps, configMap(space.name, "areas", polygons("old")), someone);
    await create({ zones: { geojson: { configMapRef: { name: "areas" } } } });
    await isReady();
    await atRest();
    const before = await templates();

    await space.api.patch(configMaps, key("areas"), { merge: { data: polygons("new") } }, someone);
    await wait(1_500);
    await atRest();

    expect(await templates()).toEqual(before);
    expect(await rolls()).toEqual([]);
  });

  it("roll only those who use a changed ConfigMap, once, and say so in an event", async () => {
    await space.api.create(configMaps, configMap(space.name, "settings", { level: "1", other: "1" }), someone);
    const env = [{ name: "LEVEL", valueFrom: { configMapKeyRef: { name: "settings", key: "level" } } }];
    await create({ template: { archiver: { env } } });
    await isReady();
    await atRest();
    const before = await templates();

    await space.api.patch(configMaps, key("settings"), { merge: { data: { other: "2" } } }, someone);
    await wait(1_500);
    expect(await templates(), "a key that nobody uses").toEqual(before);

    await space.api.patch(configMaps, key("settings"), { merge: { data: { level: "2" } } }, someone);
    await until("the roll's event", async () => ((await rolls()).length > 0 ? true : null), WAIT_MS);
    await isReady();
    await atRest();

    expect(await rolls()).toEqual(["Deployment paris-archiver: ConfigMapChanged"]);
    const after = await templates();
    expect([...after].filter(([name, text]) => text !== before.get(name)).map(([name]) => name)).toEqual([
      "paris-archiver",
    ]);
  });
});
