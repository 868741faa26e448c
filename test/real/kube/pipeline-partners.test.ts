import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { velibPipelineType } from "../../../operator/api/resource-names.ts";
import { partnerKinds } from "../../../operator/pipeline/backbone/partner-kinds.ts";
import { scaledObjectReports } from "../../../operator/pipeline/workloads/testing/workload-reports.ts";
import { partnerWorkloadKinds } from "../../../operator/pipeline/workloads/workload-kinds.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeAbsent, describeReal } from "../servers.ts";
import { deployments, secrets, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import {
  absentPartners,
  installPartners,
  partnerDefinitions,
  removeDefinitionOf,
  servedPartners,
} from "./partner-definitions.ts";
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

const absent = absentPartners(servedPartners);

if (absent !== null) {
  describe("VelibPipelines and partners' kinds", () => describeAbsent("their definitions", absent));
} else {
  describeReal("VelibPipelines and partners' kinds on a real API server", ["kube"], ({ kubeconfig }) => {
    let space: TestNamespace;
    let operator: PipelineOperator;
    let stopPods: () => Promise<void>;

    beforeAll(async () => {
      space = await testNamespace(kubeconfig);
      await installOwnDefinitions(space.api);
      for (const definition of servedPartners.flatMap(partnerDefinitions))
        await removeDefinitionOf(space.api, definition);
      stopPods = readyPods(space.api, space.name);
      operator = await startPipelineOperator({ api: space.api, namespace: space.name });
      await space.api.apply(secrets, mongoSecret(space.name), someone);
    });
    afterAll(async () => {
      await operator.stop();
      await stopPods();
      await space.remove();
    });

    const key = (name: string) => ({ namespace: space.name, name });
    const typeOf = (kind: string) => [...partnerWorkloadKinds, ...partnerKinds].find((type) => type.kind === kind)!;

    /** The condition names the definition and what to install. */
    async function untilMissing(name: string, type: string, definition: string, remedy: string): Promise<void> {
      const live = await untilCondition(space.api, key(name), type, "False", "CrdMissing");
      const message = conditionIn(live, type)?.message;
      expect(message).toContain(definition);
      expect(message).toContain(remedy);
    }

    it("names each definition that is missing and what to install; all else runs", async () => {
      const spec = { aggregation: { autoscaling: { maxReplicas: 3 } }, monitoring: { podMonitor: {} } };
      await space.api.apply(velibPipelineType, pipelineObject(space.name, "paris", spec), someone);
      const { sources } = Object(pipelineObject(space.name, "oslo").spec);
      await space.api.apply(velibPipelineType, { ...pipelineObject(space.name, "oslo"), spec: { sources } }, someone);
      const byPartners = {
        batch: { engine: "Spark", spark: { image: "spark:4", serviceAccountName: "spark" } },
        api: { expose: { gateway: { host: "velib.example.org", gatewayRef: { name: "public" } } } },
      };
      await space.api.apply(velibPipelineType, pipelineObject(space.name, "bergen", byPartners), someone);

      const paris = await untilCondition(space.api, key("paris"), "AutoscalingReady", "False", "CrdMissing");
      expect(conditionIn(paris, "AutoscalingReady")?.message).toContain("scaledobjects.keda.sh");
      expect(conditionIn(paris, "AutoscalingReady")?.message).toContain("install KEDA");
      expect(conditionIn(paris, "MonitoringReady")?.message).toContain("podmonitors.monitoring.coreos.com");
      await untilCondition(space.api, key("paris"), "ApiReady", "True");
      const oslo = await untilCondition(space.api, key("oslo"), "KafkaReady", "False", "CrdMissing");
      expect(conditionIn(oslo, "KafkaReady")?.message).toContain(".kafka.strimzi.io");
      expect(await space.api.get(deployments, key("oslo-aggregator"))).toBeNull();
      await untilMissing(
        "oslo",
        "MongodbReady",
        "mongodbcommunity.mongodbcommunity.mongodb.com",
        "MongoDB Community operator",
      );
      await untilMissing("oslo", "CassandraReady", "cassandradatacenters.cassandra.datastax.com", "cass-operator");
      await untilMissing(
        "bergen",
        "BatchReady",
        "scheduledsparkapplications.sparkoperator.k8s.io",
        "the Spark operator",
      );
      await untilMissing("bergen", "ApiReady", "httproutes.gateway.networking.k8s.io", "the Gateway API");
    });

    async function ofPipeline(kind: string, name: string): Promise<true | null> {
      const { items } = await space.api.list(typeOf(kind), { namespace: space.name });
      return items.some(({ metadata }) => metadata.labels?.["app.kubernetes.io/instance"] === name) ? true : null;
    }

    it("goes on without a restart once they are installed", async () => {
      await installPartners(space.api, servedPartners);

      await untilCondition(space.api, key("paris"), "AutoscalingReady", "False", "OperatorSilent", 60_000);
      await space.api.patchStatus(
        typeOf("ScaledObject"),
        key("paris-aggregator"),
        { status: scaledObjectReports.ready },
        someone,
      );
      await untilCondition(space.api, key("paris"), "Ready", "True", undefined, 60_000);

      expect(await space.api.get(typeOf("ScaledObject"), key("paris-aggregator"))).not.toBeNull();
      expect(await space.api.get(typeOf("PodMonitor"), key("paris"))).not.toBeNull();
      const made = async () => space.api.get(typeOf("Kafka"), key("oslo"));
      await until("Kafka", made, 30_000);
      await untilCondition(space.api, key("oslo"), "KafkaReady", "False", "OperatorSilent");
      for (const [kind, name] of [
        ["MongoDBCommunity", "oslo"],
        ["CassandraDatacenter", "oslo"],
        ["ScheduledSparkApplication", "bergen"],
        ["HTTPRoute", "bergen"],
      ] as const) {
        await until(`${kind} of ${name}`, () => ofPipeline(kind, name), 60_000);
      }
    });
  });
}
