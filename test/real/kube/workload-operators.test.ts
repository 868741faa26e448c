import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Kafka, logLevel } from "kafkajs";
import Type, { type Static } from "typebox";
import Value from "typebox/value";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parse } from "yaml";
import { withAdmin } from "../../../adapters/kafka/client/with-admin.ts";
import { velibPipelineType } from "../../../operator/api/resource-names.ts";
import { alertNames } from "../../../operator/pipeline/monitoring/alerts.ts";
import {
  podAutoscalerKind,
  podMonitorKind,
  prometheusRuleKind,
  scaledObjectKind,
  sparkRunKind,
} from "../../../operator/pipeline/workloads/workload-kinds.ts";
import type { LiveObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { until } from "../../testbed/faults/until.ts";
import { connectionTo } from "../kafka/kafka-pipeline.ts";
import { configMaps, secrets, serviceAccounts, someone } from "./cluster.ts";
import {
  describeOperator,
  kedaOperator,
  type OperatorRun,
  prometheusOperator,
  sparkOperator,
} from "./partner-operators.ts";
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

/** A run is due each minute at most, and a Java program submits it; KEDA ends once before it works. */
const patience = 120_000;
const testMs = 300_000;

describeOperator(
  sparkOperator,
  (run) => {
    const city = cityOf(run);

    it(
      "starts the run that is due, and its end is the pipeline's",
      async () => {
        await city.create(serviceAccounts, { metadata: { name: "spark" } });
        run.start({ SPARK_HOME: run.addresses.spark.home });
        const spark = { image: "velib.test/spark:4", serviceAccountName: "spark" };
        await city.pipeline("paris", { batch: { engine: "Spark", schedule: "* * * * *", spark } });
        await city.finding("paris", "BatchReady", "True", "Scheduled");

        const [started] = await until("a run", () => city.some(sparkRunKind), patience);
        const [driver] = await until("its driver", () => city.some(pods, "spark-role=driver"), patience);
        await city.report(pods, driver?.metadata.name, {
          phase: "Succeeded",
          containerStatuses: [
            {
              ...{ name: "spark-kubernetes-driver", image: "spark", imageID: "spark", ready: false, restartCount: 0 },
              state: { terminated: { exitCode: 0, reason: "Completed" } },
            },
          ],
        });

        const done = await city.finding("paris", "BatchReady", "True", "JobSucceeded");
        expect(driver?.metadata.labels).toMatchObject({ "app.kubernetes.io/component": "batch" });
        expect(JSON.stringify(driver?.spec)).toContain("/etc/velib/config/batch.json");
        expect(conditionIn(done, "BatchReady")?.message).toBe(`SparkApplication ${started?.metadata.name} succeeded`);
      },
      testMs,
    );
  },
  ["spark"],
);

describeOperator(prometheusOperator, (run) => {
  const city = cityOf(run);

  it(
    "scrapes every pod of the pipeline and evaluates all its alerts",
    async () => {
      run.start();
      await city.create(prometheusKind, {
        metadata: { name: "city" },
        spec: { podMonitorSelector: {}, ruleSelector: {} },
      });
      await city.pipeline("paris", { batch: {}, monitoring: { podMonitor: { interval: "20s" }, rules: {} } });

      await until("an accepted PodMonitor", () => isAccepted(podMonitorKind, "paris"), patience);
      await until("accepted rules", () => isAccepted(prometheusRuleKind, "paris"), patience);
      const job = `podMonitor/${run.namespace().name}/paris/0`;
      const scraped = await until("a job of the configuration", () => scrapeOf(job), patience);
      const rules = await until("rules", () => city.get(configMaps, "prometheus-city-rulefiles-0"), patience);

      expect(scraped).toMatchObject({ scrape_interval: "20s", metrics_path: "/metrics" });
      const kept = scraped.relabel_configs.find(({ action, source_labels: [label] = [] }) => {
        return action === "keep" && label === "__meta_kubernetes_pod_label_velib_dev_pipeline";
      });
      expect(kept?.regex).toContain("paris");
      expect(scraped.relabel_configs.map(({ target_label }) => target_label)).toContain("component");
      const files = Object.values(Value.Parse(Data, rules.data)).join("\n");
      expect(alertNames.filter((name) => !files.includes(`alert: ${name}\n`))).toEqual([]);
    },
    testMs,
  );

  /** As the Prometheus operator says it in `status.bindings`. */
  async function isAccepted(kind: ResourceType, name: string): Promise<true | null> {
    const live = await city.get(kind, name);
    if (live === null || !Value.Check(Bindings, live.status)) return null;
    const accepted = live.status.bindings[0]?.conditions?.find(({ type }) => type === "Accepted");
    if (accepted?.status === "False") throw new Error(`${kind.kind} refused: ${accepted.message}`);
    return accepted?.status === "True" ? true : null;
  }

  /** As Prometheus is told by its configuration. */
  async function scrapeOf(job: string): Promise<Scrape | null> {
    const secret = await city.get(secrets, "prometheus-city");
    const packed = secret === null ? undefined : Value.Parse(Data, secret.data)["prometheus.yaml.gz"];
    if (packed === undefined) return null;
    const text = gunzipSync(Buffer.from(packed, "base64")).toString("utf8");
    const config: unknown = parse(text);
    if (!Value.Check(ScrapeConfigs, config)) return null;
    return config.scrape_configs.find(({ job_name }) => job_name === job) ?? null;
  }
});

describeOperator(
  kedaOperator,
  (run) => {
    const city = cityOf(run);

    it(
      "logs in to Kafka, sees the lag and makes the autoscaler; a wrong password is the pipeline's condition",
      async () => {
        const { brokers, username, password, mechanism, caFile } = run.addresses.kafkaSasl;
        const prefix = uniqueName("keda").replaceAll("_", "-");
        const observations = `${prefix}.observations`;
        const group = `${prefix}.aggregator`;
        await withAdmin(connectionTo(run.addresses.kafka), "make a test's topic", async (admin) => {
          await admin.createTopics({ waitForLeaders: true, topics: [{ topic: observations, numPartitions: 3 }] });
          await admin.setOffsets({ groupId: group, topic: observations, partitions: [{ partition: 0, offset: "0" }] });
        });
        const producer = new Kafka({ brokers: run.addresses.kafka, logLevel: logLevel.NOTHING }).producer();
        await producer.connect();
        await producer.send({ topic: observations, messages: [{ value: "a record", partition: 0 }] });
        await producer.disconnect();
        await city.create(secrets, {
          metadata: { name: "authority" },
          stringData: { ca: readFileSync(caFile, "utf8") },
        });
        await city.create(secrets, { metadata: { name: "login" }, stringData: { username, password } });
        await city.create(secrets, { metadata: { name: "wrong" }, stringData: { username, password: "wrong" } });
        const scaled = (login: string) => ({
          prefix,
          kafka: {
            bootstrapServers: brokers,
            tls: { caSecretKeyRef: { name: "authority", key: "ca" } },
            authentication: { mechanism: mechanism.toUpperCase(), secretRef: { name: login } },
          },
          topics: { partitions: 3 },
          aggregation: { autoscaling: { engine: "KEDA", maxReplicas: 3, catchUpTarget: "30s" } },
        });
        run.start();

        await city.pipeline("paris", scaled("login"));
        await city.pipeline("lyon", scaled("wrong"));

        await city.finding("paris", "AutoscalingReady", "True", "Ready");
        await until("the lag seen", () => hasCondition("paris-aggregator", "Active"), patience);
        const refused = await city.finding("lyon", "AutoscalingReady", "False", "PartnerFailed");
        expect(conditionIn(refused, "AutoscalingReady")?.message).toContain("KEDA reports");
        const scaler = await city.get(podAutoscalerKind, "keda-hpa-paris-aggregator");
        expect(scaler?.spec).toMatchObject({
          minReplicas: 1,
          maxReplicas: 3,
          scaleTargetRef: { kind: "Deployment", name: "paris-aggregator" },
          metrics: [{ type: "External", external: { target: { type: "AverageValue", averageValue: "300k" } } }],
        });

        for (const name of ["paris", "lyon"]) await city.remove(name);
        await until("no ScaledObject", async () => ((await city.some(scaledObjectKind)) ? null : true), patience);
      },
      testMs,
    );

    async function hasCondition(name: string, type: string): Promise<true | null> {
      const live = await city.get(scaledObjectKind, name);
      if (live === null || !Value.Check(Conditions, live.status)) return null;
      return live.status.conditions.some((condition) => condition.type === type && condition.status === "True")
        ? true
        : null;
    }
  },
  ["kafka", "kafkaSasl"],
);

const prometheusKind: ResourceType = {
  apiVersion: "monitoring.coreos.com/v1",
  kind: "Prometheus",
  plural: "prometheuses",
  namespaced: true,
};
const Data = Type.Record(Type.String(), Type.String());
const Conditions = Type.Object({
  conditions: Type.Array(
    Type.Object({ type: Type.String(), status: Type.String(), message: Type.Optional(Type.String()) }),
  ),
});
const Bindings = Type.Object({ bindings: Type.Array(Type.Partial(Conditions)) });
const Scrape = Type.Object({
  job_name: Type.String(),
  relabel_configs: Type.Array(
    Type.Object({
      action: Type.Optional(Type.String()),
      source_labels: Type.Optional(Type.Array(Type.String())),
      regex: Type.Optional(Type.String()),
      target_label: Type.Optional(Type.String()),
    }),
  ),
});
type Scrape = Static<typeof Scrape>;
const ScrapeConfigs = Type.Object({ scrape_configs: Type.Array(Scrape) });

/** An object of a kind, in the test's namespace. */
interface Written {
  metadata: { name: string };
  [member: string]: unknown;
}

/** The project's operator beside the partner's, in the partner's namespace, with pods that become ready. */
function cityOf(run: OperatorRun) {
  let operator: PipelineOperator;
  let stopPods: () => Promise<void>;
  const key = (name: string) => ({ namespace: run.namespace().name, name });

  beforeEach(async () => {
    const { api, name } = run.namespace();
    await installOwnDefinitions(api);
    stopPods = readyPods(api, name);
    operator = await startPipelineOperator({ api, namespace: name });
    await api.create(secrets, mongoSecret(name), someone);
  });
  afterEach(async () => {
    await operator.stop();
    await stopPods();
  });

  return {
    pipeline: (name: string, spec: Record<string, unknown>) =>
      run.namespace().api.create(velibPipelineType, pipelineObject(run.namespace().name, name, spec), someone),
    remove: (name: string) => run.namespace().api.delete(velibPipelineType, key(name)),
    finding: (name: string, type: string, status: string, reason: string) =>
      untilCondition(run.namespace().api, key(name), type, status, reason, patience),
    create(type: ResourceType, { metadata: { name }, ...rest }: Written) {
      const { apiVersion, kind } = type;
      return run.namespace().api.create(type, { apiVersion, kind, ...rest, metadata: key(name) }, someone);
    },
    get: (type: ResourceType, name: string) => run.namespace().api.get(type, key(name)),
    report: (type: ResourceType, name = "", status: object = {}) =>
      run.namespace().api.patchStatus(type, key(name), { status }, someone),
    /** Those there are; null where there are none. */
    async some(type: ResourceType, labelSelector?: string): Promise<LiveObject[] | null> {
      const { api, name: namespace } = run.namespace();
      const { items } = await api.list(type, { namespace, ...(labelSelector === undefined ? {} : { labelSelector }) });
      return items.length === 0 ? null : items;
    },
  };
}
