import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { VelibPipeline } from "../../../operator/api/velib-pipeline.ts";
import { type BackbonePlan, planBackbone } from "../../../operator/pipeline/backbone/backbone-plan.ts";
import type { BackboneObject, ObservedObjects } from "../../../operator/pipeline/backbone/observed-objects.ts";
import { partnerKinds, secretKind, serviceAccountKind } from "../../../operator/pipeline/backbone/partner-kinds.ts";
import { pipelineOf } from "../../../operator/pipeline/backbone/testing/backbone-pipeline.ts";
import { secretOf } from "../../../operator/pipeline/backbone/testing/observed-cluster.ts";
import {
  cassandraReports,
  mongodbReports,
  runningKafka,
  strimziReports,
  strimziSecrets,
} from "../../../operator/pipeline/backbone/testing/partner-reports.ts";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import type { KubeObject, LiveObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { checkBackboneConfig } from "../../../services/config/load-backbone-config.ts";
import { describeAbsent, describeReal } from "../servers.ts";
import { someone, type TestNamespace, testNamespace } from "./cluster.ts";
import { absentPartners, installPartners, type Partner } from "./partner-definitions.ts";

const partners: readonly Partner[] = ["strimzi", "mongodb-kubernetes-operator", "cass-operator"];
const operator = { fieldManager: "velib-operator", fieldValidation: "Strict" } as const;
const absent = absentPartners(partners);
const suite = "the objects for partners on a real API server";

if (absent === null) describeReal(suite, ["kube"], ({ kubeconfig }) => contracts(kubeconfig));
else describeAbsent(suite, absent);

function contracts(kubeconfig: string) {
  let namespace: TestNamespace;
  let api: KubeApi;

  beforeAll(async () => {
    namespace = await testNamespace(kubeconfig);
    await installPartners(namespace.api, partners);
    await namespace.remove();
  });
  beforeEach(async () => {
    namespace = await testNamespace(kubeconfig);
    api = namespace.api;
    return () => namespace.remove();
  });

  const pipelineWith = (spec: Record<string, unknown> = {}, name = "paris"): VelibPipeline => {
    const pipeline = pipelineOf(spec, name);
    return { ...pipeline, metadata: { ...pipeline.metadata, namespace: namespace.name } };
  };

  /** What the namespace holds now, as the operator's caches would have it. */
  async function observe(): Promise<ObservedObjects> {
    const found = new Map<string, LiveObject>();
    for (const type of [...partnerKinds, secretKind, serviceAccountKind]) {
      const { items } = await api.list(type, { namespace: namespace.name });
      for (const item of items) found.set(`${type.kind} ${item.metadata.name}`, item);
    }
    return { isServed: () => true, get: (type, name) => found.get(`${type.kind} ${name}`) ?? null };
  }

  const placed = (object: KubeObject): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, namespace: namespace.name },
  });

  async function write({ objects, created }: BackbonePlan): Promise<LiveObject[]> {
    for (const { type, object } of created) await api.create(type, placed(object), operator);
    return Promise.all(objects.map(({ type, object }) => api.apply(type, placed(object), operator)));
  }

  /** As the operator does: looks, writes, and looks again. */
  async function reconcile(pipeline: VelibPipeline): Promise<BackbonePlan> {
    await write(planBackbone(pipeline, await observe(), () => "thought-up"));
    return planBackbone(pipeline, await observe(), () => "never");
  }

  /** As a partner's operator does. */
  function report(type: ResourceType, name: string, status: object): Promise<LiveObject> {
    return api.patchStatus(type, { namespace: namespace.name, name }, { status }, someone);
  }

  async function reportOf(kind: string, status: object, { objects }: BackbonePlan): Promise<void> {
    for (const { type, object } of objects.filter((each) => each.object.kind === kind)) {
      await report(type, object.metadata.name, status);
    }
  }

  async function conditions(pipeline: VelibPipeline): Promise<Record<string, string>> {
    const { findings } = planBackbone(pipeline, await observe(), () => "never");
    return Object.fromEntries(findings.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
  }

  const many = {
    prefix: "velib",
    users: { randomUser: { url: "https://users.example.org/api/" } },
    kafka: { strimzi: { version: "4.3.1", replicas: 3, storage: { size: "100Gi", storageClassName: "fast" } } },
    topics: { partitions: 12, replication: 3, minInsyncReplicas: 2, retention: "30d" },
    mongodb: { community: { members: 3, storage: { size: "50Gi", storageClassName: "fast" } } },
    cassandra: { datacenter: { size: 3, heap: "4Gi", storage: { storageClassName: "fast" } }, replication: 3 },
  };

  it.each<[string, Record<string, unknown>]>([
    ["the smallest pipeline", {}],
    ["a pipeline with all its settings", many],
    ["a pipeline that leaves nothing behind", { ...many, deletionPolicy: "Delete" }],
    ["a pipeline on an existing cluster", { kafka: { clusterRef: { name: "shared" } } }],
  ])("every object of %s is accepted, every field known", async (_case, spec) => {
    const plan = planBackbone(pipelineWith(spec), await observe(), () => "thought-up");

    const written = await write(plan);

    expect(written.map(({ kind }) => kind)).toEqual(plan.objects.map(({ object }) => object.kind));
  });

  it("a second visit changes no object", async () => {
    const pipeline = pipelineWith();
    const versions = async () => {
      const { objects } = await reconcile(pipeline);
      const observed = await observe();
      return objects.map(({ type, object }) => observed.get(type, object.metadata.name)?.metadata.resourceVersion);
    };

    // The first visit creates the logins, which the second labels.
    await reconcile(pipeline);
    const before = await versions();

    expect(await versions()).toEqual(before);
    expect(before).not.toContain(undefined);
  });

  describe("a generated login", () => {
    const loginOf = async (name = "paris-mongodb-user") => {
      const live = await api.get(secretKind, { namespace: namespace.name, name });
      return JSON.stringify(live?.data);
    };

    it("keeps its password when its labels change, or a pipeline of the same name comes again", async () => {
      const pipeline = pipelineWith();
      await reconcile(pipeline);
      const before = await loginOf();

      await reconcile(pipelineWith({ deletionPolicy: "Delete" }));
      await reconcile(pipeline);

      expect(await loginOf()).toBe(before);
      expect(before).toContain(Buffer.from("thought-up").toString("base64"));
    });

    it("is not created twice by an operator whose cache is behind", async () => {
      const [first, second] = await Promise.all(
        ["one", "two"].map((password) =>
          observe().then((observed) => planBackbone(pipelineWith(), observed, () => password)),
        ),
      );
      await write(first ?? never());

      const [late] = second?.created ?? [];

      await expect(api.create(secretKind, placed((late ?? never()).object), operator)).rejects.toMatchObject({
        status: 409,
        reason: "AlreadyExists",
      });
    });

    it("is not applied without its password when it was deleted meanwhile", async () => {
      await reconcile(pipelineWith());
      const { objects } = planBackbone(pipelineWith(), await observe(), () => "never");
      const login = objects.find(({ object }) => object.metadata.name === "paris-mongodb-user") ?? never();
      await api.delete(secretKind, { namespace: namespace.name, name: "paris-mongodb-user" });

      await expect(api.apply(secretKind, placed(login.object), operator)).rejects.toMatchObject({ reason: "Invalid" });
    });
  });

  it("what the partners report drives the conditions, up to a configuration that the services accept", async () => {
    const pipeline = pipelineWith();
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "mongodb-database" } };
    expect(await conditions(pipeline)).toEqual({
      KafkaReady: "False Provisioning",
      MongodbReady: "False ServiceAccountMissing",
      CassandraReady: "False Provisioning",
    });

    await api.create(serviceAccountKind, placed(account), someone);
    const plan = await reconcile(pipeline);
    expect(await conditions(pipeline)).toEqual({
      KafkaReady: "False OperatorSilent",
      MongodbReady: "False OperatorSilent",
      CassandraReady: "False OperatorSilent",
    });

    await reportOf("Kafka", strimziReports.creating, plan);
    await reportOf("MongoDBCommunity", mongodbReports.pending, plan);
    await reportOf("CassandraDatacenter", cassandraReports.starting, plan);
    expect(await conditions(pipeline)).toEqual({
      KafkaReady: "False Provisioning",
      MongodbReady: "False Provisioning",
      CassandraReady: "False Provisioning",
    });

    await reportOf("Kafka", strimziReports.failed, plan);
    await reportOf("MongoDBCommunity", mongodbReports.failed, plan);
    await reportOf("CassandraDatacenter", cassandraReports.invalid, plan);
    expect(await conditions(pipeline)).toEqual({
      KafkaReady: "False PartnerFailed",
      MongodbReady: "False PartnerFailed",
      CassandraReady: "False PartnerFailed",
    });

    await reportOf("Kafka", runningKafka("paris", [{ name: "tls", port: 9093 }]), plan);
    await reportOf("KafkaTopic", { ...strimziReports.ready, topicName: "t", topicId: "i" }, plan);
    await reportOf("KafkaUser", { ...strimziReports.ready, username: "u", secret: "s" }, plan);
    await reportOf("MongoDBCommunity", mongodbReports.running, plan);
    await reportOf("CassandraDatacenter", cassandraReports.ready, plan);
    for (const secret of strimziSecrets) await api.create(secretKind, placed(secret), someone);
    expect(await conditions(pipeline)).toEqual({
      KafkaReady: "True Ready",
      MongodbReady: "True Ready",
      CassandraReady: "True Ready",
    });
    const { connections } = planBackbone(pipeline, await observe(), () => "never");
    const config = Object.fromEntries(
      Object.entries(connections).map(([name, each]) => [name, each.state === "connected" ? each.config : null]),
    );
    expect(() => checkBackboneConfig({ pipeline: "paris", ...config }, "produced")).not.toThrow();
  });

  it("a Secret that is missing, or its key, shows until it is there", async () => {
    const pipeline = pipelineWith({ mongodb: { connectionSecretRef: { name: "mongo", key: "uri" } } });
    const key = { namespace: namespace.name, name: "mongo" };
    const found = async () => (await conditions(pipeline)).MongodbReady;
    expect(await found()).toBe("False SecretMissing");

    await api.create(secretKind, placed(secretOf("mongo", { url: "mongodb://mongo/?replicaSet=rs0" })), someone);
    expect(await found()).toBe("False SecretKeyMissing");

    await api.patch(secretKind, key, { merge: { stringData: { uri: "mongodb://mongo/?replicaSet=rs0" } } }, someone);
    expect(await found()).toBe("True Configured");
  });

  it("an object of the same name that somebody else made stays as it is", async () => {
    const theirs = { apiVersion: "kafka.strimzi.io/v1", kind: "KafkaTopic", metadata: { name: "paris.observations" } };
    const topic = partnerKinds.find(({ kind }) => kind === "KafkaTopic") ?? never();
    await api.create(topic, placed({ ...theirs, spec: { partitions: 1 } }), someone);

    const { objects } = await reconcile(pipelineWith());

    expect(objects.map(({ object }: BackboneObject) => object.metadata.name)).not.toContain("paris.observations");
    expect((await conditions(pipelineWith())).KafkaReady).toBe("False NotOurs");
    expect((await observe()).get(topic, "paris.observations")?.spec).toEqual({ partitions: 1 });
  });
}

function never(): never {
  throw new Error("missing in the plan");
}
