import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { velibPipelineType } from "../../../operator/api/resource-names.ts";
import type { KubeObject, LiveObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import { configMaps, deployments, events, secrets, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import {
  conditionIn,
  installOwnDefinitions,
  mongoSecret,
  type PipelineOperator,
  type PipelineOperatorSettings,
  pipelineObject,
  startPipelineOperator,
  statusIn,
  untilCondition,
} from "./pipeline-operator.ts";
import { readyPods } from "./ready-pods.ts";

const WAIT_MS = 30_000;
const quotas: ResourceType = { apiVersion: "v1", kind: "ResourceQuota", plural: "resourcequotas", namespaced: true };
const services: ResourceType = { apiVersion: "v1", kind: "Service", plural: "services", namespaced: true };
const cronJobs: ResourceType = { apiVersion: "batch/v1", kind: "CronJob", plural: "cronjobs", namespaced: true };

describeReal("VelibPipelines on a real API server", ["kube"], (addresses) => {
  let space: TestNamespace;
  let operator: PipelineOperator | null = null;
  let stopPods: () => Promise<void> = async () => {};

  beforeAll(async () => {
    const first = await testNamespace(addresses.kubeconfig);
    await installOwnDefinitions(first.api);
    await first.remove();
  });
  beforeEach(async () => {
    space = await testNamespace(addresses.kubeconfig);
    stopPods = readyPods(space.api, space.name);
  });
  afterEach(async () => {
    await operator?.stop();
    operator = null;
    await stopPods();
    await space.remove();
  });

  const key = (name: string) => ({ namespace: space.name, name });
  const start = async (settings: Partial<PipelineOperatorSettings> = {}) => {
    operator = await startPipelineOperator({ api: space.api, namespace: space.name, ...settings });
    return operator;
  };
  const apply = (object: KubeObject, type = velibPipelineType) => space.api.apply(type, object, someone);
  const applyPipeline = (name: string, spec: Record<string, unknown> = {}) =>
    apply(pipelineObject(space.name, name, spec));
  const merge = (type: ResourceType, name: string, body: object) =>
    space.api.patch(type, key(name), { merge: body }, someone);

  async function ready(name = "paris", spec: Record<string, unknown> = {}): Promise<LiveObject> {
    await apply(mongoSecret(space.name), secrets);
    await applyPipeline(name, spec);
    return untilCondition(space.api, key(name), "Ready", "True");
  }

  /** Nothing was written and nothing is worked on for a while. */
  async function atRest({ writes }: PipelineOperator): Promise<void> {
    await until(
      "at rest",
      async () => {
        const before = writes.length;
        await wait(700);
        return writes.length === before ? true : null;
      },
      WAIT_MS,
    );
  }

  async function generations(): Promise<Map<string, unknown>> {
    const { items } = await space.api.list(deployments, { namespace: space.name });
    return new Map(items.map(({ metadata, spec }) => [metadata.name, isRecord(spec) ? spec.template : null]));
  }

  const rolls = async () => {
    const { items } = await space.api.list(events, { namespace: space.name });
    return items.filter(({ reason }) => reason === "Rolled").map(({ note }) => String(note));
  };

  it("becomes Ready by kstatus, with every component, and rests: the second reconcile writes nothing", async () => {
    const own = await start();

    const live = await ready();

    const status = statusIn(live);
    expect(status.observedGeneration).toBe(live.metadata.generation);
    expect(status.conditions?.map(({ type, status: is }) => `${type}=${is}`)).toEqual(
      expect.arrayContaining([
        "Ready=True",
        "Reconciling=False",
        "Stalled=False",
        "KafkaReady=True",
        "MongodbReady=True",
        "CassandraReady=True",
        "ProducersReady=True",
        "AggregatorsReady=True",
        "ArchiversReady=True",
        "ApiReady=True",
        "Suspended=False",
      ]),
    );
    expect(status.lastSuccessfulVersion).toBe("1.2.3");
    expect(status.usedSources).toEqual([{ name: "paris", kind: "simulator" }]);
    expect(status.components).toContainEqual({ name: "api", replicas: 1, readyReplicas: 1, version: "1.2.3" });
    expect(status.endpoints?.api).toBe(`http://paris-api.${space.name}.svc/`);
    await atRest(own);
    own.writes.length = 0;
    await merge(velibPipelineType, "paris", { metadata: { labels: { touched: "yes" } } });
    await wait(1_500);
    expect(own.writes).toEqual([]);
  });

  it("publishes all three of kstatus at the first visit, and Ready never turns back on the way", async () => {
    const seen: string[] = [];
    await apply(mongoSecret(space.name), secrets);
    await applyPipeline("paris");
    const stop = new AbortController();
    const { resourceVersion } = await space.api.list(velibPipelineType, { namespace: space.name });
    const watching = (async () => {
      const changes = space.api.watch(velibPipelineType, {
        namespace: space.name,
        resourceVersion,
        timeoutSeconds: 60,
        idleTimeoutMs: 60_000,
        signal: stop.signal,
      });
      for await (const change of changes) {
        if (change.type !== "MODIFIED") continue;
        const of = (type: string) => conditionIn(change.object, type)?.status ?? "absent";
        seen.push(["Ready", "Reconciling", "Stalled"].map(of).join(" "));
      }
    })().catch(() => {});

    await start();
    await untilCondition(space.api, key("paris"), "Ready", "True");
    await wait(500);
    stop.abort();
    await watching;

    expect(seen[0]).toBe("False True False");
    expect([...new Set(seen)]).toEqual(["False True False", "True False False"]);
  });

  it("reverts drift, keeps other people's fields, an autoscaler's replicas and a rollout restart", async () => {
    const own = await start();
    await apply(mongoSecret(space.name), secrets);
    await applyPipeline("paris", { aggregation: { autoscaling: { engine: "HPA", maxReplicas: 3 } } });
    await untilCondition(space.api, key("paris"), "AutoscalingReady", "False", "PartnerFailed", 60_000);
    await atRest(own);

    await merge(configMaps, "paris-api", {
      data: { "api.json": "{}", theirs: "stays" },
      metadata: { labels: { theirs: "too" } },
    });
    await merge(deployments, "paris-aggregator", { spec: { replicas: 3 } });
    const restart = { "kubectl.kubernetes.io/restartedAt": "2026-01-05T12:00:00Z" };
    await merge(deployments, "paris-api", { spec: { template: { metadata: { annotations: restart } } } });

    const reverted = async () => {
      const live = await space.api.get(configMaps, key("paris-api"));
      if (!isRecord(live?.data) || live.data["api.json"] === "{}") return null;
      return { data: live.data, labels: live.metadata.labels };
    };
    const { data, labels } = await until("reverted", reverted, 5_000);
    expect(data.theirs).toBe("stays");
    expect(labels?.theirs).toBe("too");
    await atRest(own);
    expect((await space.api.get(deployments, key("paris-aggregator")))?.spec).toMatchObject({ replicas: 3 });
    const api = await space.api.get(deployments, key("paris-api"));
    expect(api?.spec).toMatchObject({ template: { metadata: { annotations: restart } } });
    expect(await rolls(), "nobody's roll but the user's").toEqual([]);
  });

  it("hands the replicas over to an autoscaler without a moment of one pod", async () => {
    const own = await start();
    await ready("paris", { aggregation: { replicas: 3 } });
    await atRest(own);

    await applyPipeline("paris", { aggregation: { replicas: 3, autoscaling: { engine: "HPA", maxReplicas: 3 } } });
    const waiting = await untilCondition(space.api, key("paris"), "AutoscalingReady", "False", "PartnerFailed", 60_000);
    await atRest(own);

    expect(conditionIn(waiting, "AutoscalingReady")?.message).toMatch(/adapter gives the pods' metric/);

    const live = await space.api.get(deployments, key("paris-aggregator"));
    expect(live?.spec).toMatchObject({ replicas: 3 });
    const manager = live?.metadata.managedFields?.find(({ manager }) => manager === "velib-operator");
    expect(JSON.stringify(manager?.fieldsV1)).not.toContain("f:replicas");
  });

  it("prunes exactly what an edit takes out of the spec", async () => {
    const own = await start();
    await ready("paris", { batch: { storage: { volume: {} } }, api: { replicas: 2 } });
    const before = await generations();
    expect(await space.api.get(cronJobs, key("paris-batch"))).not.toBeNull();

    await space.api.patch(velibPipelineType, key("paris"), { json: [{ op: "remove", path: "/spec/batch" }] }, someone);
    await until(
      "pruned",
      async () => ((await space.api.get(cronJobs, key("paris-batch"))) === null ? true : null),
      WAIT_MS,
    );
    await atRest(own);

    expect(await generations()).toEqual(before);
    const deleted = own.writes.filter(({ verb }) => verb === "delete").map(({ what }) => what);
    expect(deleted.sort()).toEqual(["ConfigMap paris-batch", "CronJob paris-batch", "NetworkPolicy paris-batch"]);
  });

  it("has a CronJob with its time zone, concurrency policy, starting deadline and history limits, which an edit moves", async () => {
    const own = await start();
    const batch = {
      schedule: "0 4 * * *",
      timeZone: "Europe/Paris",
      startingDeadline: "90m",
      historyLimits: { successful: 2, failed: 4 },
    };
    await ready("paris", { batch });
    const specOf = async () => (await space.api.get(cronJobs, key("paris-batch")))?.spec;

    expect(await specOf()).toMatchObject({
      schedule: "0 4 * * *",
      timeZone: "Europe/Paris",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 5400,
      successfulJobsHistoryLimit: 2,
      failedJobsHistoryLimit: 4,
    });
    await merge(velibPipelineType, "paris", { spec: { batch: { timeZone: "Asia/Tokyo", suspend: true } } });
    await until(
      "moved",
      async () => {
        const spec = await specOf();
        return isRecord(spec) && spec.timeZone === "Asia/Tokyo" && spec.suspend === true ? true : null;
      },
      WAIT_MS,
    );
    await atRest(own);
  });

  it("leaves nothing behind when it is deleted", async () => {
    await start();
    await ready();

    await space.api.delete(velibPipelineType, key("paris"), { propagation: "Foreground" });

    const left = async () => {
      const kinds = [deployments, services, configMaps];
      const lists = await Promise.all(kinds.map((type) => space.api.list(type, { namespace: space.name })));
      const names = lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
      return names.filter((name) => name.startsWith("paris"));
    };
    await until("all gone", async () => ((await left()).length === 0 ? true : null), 60_000);
  });

  it("rolls only those who use a rotated Secret, once, and says so in an event", async () => {
    const own = await start();
    await ready();
    await atRest(own);
    const before = await generations();

    await apply(mongoSecret(space.name, "rotated"), secrets);
    await until("the roll's events", async () => ((await rolls()).length >= 2 ? true : null), WAIT_MS);
    await untilCondition(space.api, key("paris"), "Ready", "True");
    await atRest(own);

    expect((await rolls()).sort()).toEqual([
      "Deployment paris-aggregator: SecretRotated",
      "Deployment paris-api: SecretRotated",
    ]);
    const after = await generations();
    const changed = [...after].filter(
      ([name, template]) => JSON.stringify(template) !== JSON.stringify(before.get(name)),
    );
    expect(changed.map(([name]) => name).sort()).toEqual(["paris-aggregator", "paris-api"]);
  });

  it("restarts one component by its annotation", async () => {
    const own = await start();
    await ready();
    await atRest(own);

    await merge(velibPipelineType, "paris", { metadata: { annotations: { "velib.dev/restartedAt.api": "now" } } });

    await until("the event", async () => ((await rolls()).length > 0 ? true : null), WAIT_MS);
    await atRest(own);
    expect(await rolls()).toEqual(["Deployment paris-api: RestartRequested"]);
  });

  describe("with bad input", () => {
    it("names the Secret that is missing, then the key, and goes on as soon as it is right", async () => {
      await start();
      await applyPipeline("paris");
      const missing = await untilCondition(space.api, key("paris"), "MongodbReady", "False", "SecretMissing");
      expect(conditionIn(missing, "MongodbReady")?.message).toContain("Secret mongo");
      expect(conditionIn(missing, "Stalled")?.status).toBe("True");

      await apply({ ...mongoSecret(space.name), data: { other: "eA==" } }, secrets);
      const keyless = await untilCondition(space.api, key("paris"), "MongodbReady", "False", "SecretKeyMissing");
      expect(conditionIn(keyless, "MongodbReady")?.message).toContain("uri");

      await apply(mongoSecret(space.name), secrets);
      await untilCondition(space.api, key("paris"), "Ready", "True");
    });

    it("names the ConfigMap that is missing, and goes on as soon as it is there", async () => {
      await start();
      await apply(mongoSecret(space.name), secrets);
      await applyPipeline("paris", { zones: { geojson: { configMapRef: { name: "areas" } } } });
      const live = await untilCondition(space.api, key("paris"), "ProducersReady", "False", "ConfigMapMissing");
      expect(conditionIn(live, "ProducersReady")?.message).toContain("ConfigMap areas");

      const data = { "zones.geojson": '{"type":"FeatureCollection","features":[]}' };
      await apply(
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "areas", namespace: space.name }, data },
        configMaps,
      );

      await untilCondition(space.api, key("paris"), "Ready", "True");
    });

    it("names the object that a quota refuses, without a hot loop, and goes on once there is room", async () => {
      const quota = {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "none", namespace: space.name },
        spec: { hard: { "count/services": "0" } },
      };
      await apply(quota, quotas);
      await until(
        "the quota counted",
        async () => {
          const live = await space.api.get(quotas, key("none"));
          return isRecord(live?.status) && isRecord(live.status.hard) ? true : null;
        },
        WAIT_MS,
      );
      const own = await start();
      await apply(mongoSecret(space.name), secrets);
      await applyPipeline("paris");
      const live = await untilCondition(space.api, key("paris"), "ApiReady", "False", "Refused");
      expect(conditionIn(live, "ApiReady")?.message).toMatch(/Service .*paris-api.*quota/);
      expect(conditionIn(live, "Stalled")?.status).toBe("True");

      const tries = () => own.writes.filter(({ what }) => what === "Service paris-api").length;
      // Each change of a Deployment's status is a visit too: they come in the first second.
      await wait(1_000);
      const before = tries();
      await wait(3_000);
      expect(tries() - before, "tries in three seconds").toBeLessThan(8);

      await space.api.delete(quotas, key("none"));
      await untilCondition(space.api, key("paris"), "Ready", "True", undefined, 60_000);
    });

    it("leaves an object of someone else alone, and says whose name it took", async () => {
      const theirs = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "paris-api", namespace: space.name },
        data: { a: "1" },
      };
      await apply(theirs, configMaps);
      await start();
      await apply(mongoSecret(space.name), secrets);
      await applyPipeline("paris");

      const live = await untilCondition(space.api, key("paris"), "ApiReady", "False", "NotOurs");

      expect(conditionIn(live, "ApiReady")?.message).toContain("ConfigMap");
      expect((await space.api.get(configMaps, key("paris-api")))?.data).toEqual({ a: "1" });
    });

    it("stops trying what only an edit can mend", async () => {
      const own = await start();
      await ready("paris", { template: { api: { labels: { tier: "front" } } } });
      await atRest(own);
      own.writes.length = 0;

      await merge(velibPipelineType, "paris", { spec: { template: { api: { labels: { tier: "not valid!" } } } } });
      const live = await untilCondition(space.api, key("paris"), "ApiReady", "False", "Refused");
      await atRest(own);

      expect(conditionIn(live, "ApiReady")?.message).toContain("Deployment");
      expect(own.writes.filter(({ what }) => what === "Deployment paris-api").length).toBeLessThan(5);

      await merge(velibPipelineType, "paris", { spec: { template: { api: { labels: { tier: "back" } } } } });
      await untilCondition(space.api, key("paris"), "Ready", "True");
    });
  });
});
