import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { planKafka } from "./kafka.ts";
import { ownInfrastructure, pipelineOf } from "./testing/backbone-pipeline.ts";
import { observedCluster, ownSecrets, secretOf } from "./testing/observed-cluster.ts";
import { allReady, reported, runningKafka, strimziReports, strimziSecrets } from "./testing/partner-reports.ts";

function objectsOf(...args: Parameters<typeof planKafka>): KubeObject[] {
  return planKafka(...args).objects.map(({ object }) => object);
}

const nothing = observedCluster([]);

describe("with a Strimzi cluster of its own", () => {
  const pipeline = pipelineOf();
  const desired = objectsOf(pipeline, nothing);
  const withStatus = (kind: string, status: unknown, metadata = {}) =>
    allReady(desired).map((object) => (object.kind === kind ? reported(object, status, metadata) : object));

  it("makes the cluster, its nodes, the topics and a user", () => {
    expect(desired.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      "KafkaNodePool paris",
      "Kafka paris",
      "KafkaTopic paris.observations",
      "KafkaTopic paris.stations",
      "KafkaTopic paris.dead-letters",
      "KafkaUser paris-kafka-user",
    ]);
  });

  it("keeps Kafka's own topics on as many nodes as there are, three at most", () => {
    const kafkaWith = (replicas: number) =>
      objectsOf(pipelineOf({ kafka: { strimzi: { replicas } } }), nothing).find(({ kind }) => kind === "Kafka");

    expect(kafkaWith(1)).toHaveProperty(["spec", "kafka", "config", "offsets.topic.replication.factor"], 1);
    expect(kafkaWith(5)).toHaveProperty(["spec", "kafka", "config", "offsets.topic.replication.factor"], 3);
    expect(kafkaWith(5)).toHaveProperty(["spec", "kafka", "config", "transaction.state.log.min.isr"], 2);
  });

  it("lets the user do what the services do with what is called as the pipeline, and nothing else", () => {
    const user = desired.find(({ kind }) => kind === "KafkaUser");

    expect(user).toHaveProperty("spec.authorization.acls", [
      {
        resource: { type: "topic", name: "paris.", patternType: "prefix" },
        operations: ["Describe", "DescribeConfigs", "Read", "Write"],
      },
      { resource: { type: "group", name: "paris.", patternType: "prefix" }, operations: ["Describe", "Read"] },
      {
        resource: { type: "transactionalId", name: "paris.", patternType: "prefix" },
        operations: ["Describe", "Write"],
      },
    ]);
  });

  it("connects with TLS and SCRAM when all is ready", () => {
    const { connection, states } = planKafka(pipeline, observedCluster([...allReady(desired), ...strimziSecrets]));

    expect(states.every(({ state }) => state === "ready")).toBe(true);
    expect(connection).toMatchObject({
      state: "connected",
      config: {
        bootstrapServers: ["paris-kafka-bootstrap.bikes.svc:9093"],
        partitions: 3,
        tls: { caFile: "/etc/velib/secrets/kafka-ca/ca.crt" },
        authentication: {
          mechanism: "scram-sha-512",
          username: "paris-kafka-user",
          passwordFile: "/etc/velib/secrets/kafka-login/password",
        },
      },
      secrets: [
        { what: "kafka-ca", secretName: "paris-cluster-ca-cert", keys: ["ca.crt"] },
        { what: "kafka-login", secretName: "paris-kafka-user", keys: ["password"] },
      ],
      peers: [{ port: 9093, pods: { namespace: "bikes", labels: { "strimzi.io/cluster": "paris" } } }],
    });
  });

  it("stays connected while a broker rolls or fails, and says so", () => {
    const failing = { ...runningKafka("paris", [{ name: "tls", port: 9093 }]), ...strimziReports.failed };
    const observed = observedCluster([...withStatus("Kafka", failing), ...strimziSecrets]);

    const { connection, states } = planKafka(pipeline, observed);

    expect(connection.state).toBe("connected");
    expect(states[0]).toMatchObject({ state: "waiting", reason: "PartnerFailed" });
  });

  it.each<[string, KubeObject[], object]>([
    ["nothing is there", [], { reason: "Provisioning", message: "Kafka paris: it is being created" }],
    ["the Strimzi operator is silent", withStatus("Kafka", undefined), { reason: "OperatorSilent" }],
    ["the cluster is deployed", withStatus("Kafka", strimziReports.creating), { reason: "Provisioning" }],
    ["the cluster is paused", withStatus("Kafka", strimziReports.paused), { reason: "PartnerPaused" }],
    [
      "the cluster is being deleted",
      withStatus("Kafka", runningKafka("paris", []), { deletionTimestamp: "2025-01-01T00:00:00Z" }),
      { reason: "Terminating" },
    ],
    ["a topic was refused", withStatus("KafkaTopic", strimziReports.topicRefused), { reason: "PartnerFailed" }],
    [
      "a topic does not have its new partitions yet",
      withStatus("KafkaTopic", strimziReports.ready, { generation: 2 }),
      { reason: "Provisioning" },
    ],
    ["the user is not there", withStatus("KafkaUser", undefined), { reason: "OperatorSilent" }],
    [
      "the user's Secret is not there",
      allReady(desired),
      { reason: "Provisioning", message: expect.stringContaining("paris-cluster-ca-cert") },
    ],
  ])("waits while %s", (_case, objects, expected) => {
    expect(planKafka(pipeline, observedCluster(objects)).connection).toMatchObject({ state: "waiting", ...expected });
  });

  it.each(["Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"])(
    "names the CRD and what to install without %s",
    (kind) => {
      const { connection, objects } = planKafka(pipeline, observedCluster([], [kind]));

      expect(connection).toMatchObject({
        reason: "CrdMissing",
        message: `CustomResourceDefinition ${kind.toLowerCase()}s.kafka.strimzi.io is missing: install the Strimzi operator, 1.0 or newer (https://strimzi.io)`,
      });
      expect(objects.map(({ object }) => object.kind)).not.toContain(kind);
    },
  );

  it("leaves a Kafka alone that somebody else made, and still asks for the rest", () => {
    const theirs = { apiVersion: "kafka.strimzi.io/v1", kind: "Kafka", metadata: { name: "paris" } };

    const { connection, objects } = planKafka(pipeline, observedCluster([theirs]));

    expect(connection).toMatchObject({ reason: "NotOurs", message: expect.stringContaining("Kafka bikes/paris") });
    expect(objects.map(({ object }) => object.kind)).not.toContain("Kafka");
    expect(objects.map(({ object }) => object.kind)).toContain("KafkaTopic");
  });
});

describe("with a Strimzi cluster that is there already", () => {
  const pipeline = pipelineOf({ kafka: { clusterRef: { name: "shared" } } });
  const sharedWith = (kafka: object) =>
    reported(
      { apiVersion: "kafka.strimzi.io/v1", kind: "Kafka", metadata: { name: "shared" }, spec: { kafka } },
      runningKafka("shared", [{ name: "internal", port: 9095 }]),
    );
  const listener = { name: "internal", port: 9095, type: "internal", tls: false };
  const scram = { ...listener, authentication: { type: "scram-sha-512" } };

  it("makes topics and a user on it, and nothing of the cluster", () => {
    const shared = sharedWith({ listeners: [scram], authorization: { type: "simple" } });

    const objects = objectsOf(pipeline, observedCluster([shared]));

    expect(new Set(objects.map(({ kind }) => kind))).toEqual(new Set(["KafkaTopic", "KafkaUser"]));
    expect(new Set(objects.map(({ metadata }) => metadata.labels?.["strimzi.io/cluster"]))).toEqual(
      new Set(["shared"]),
    );
  });

  it("gives the user no rights where the cluster checks none", () => {
    const objects = objectsOf(pipeline, observedCluster([sharedWith({ listeners: [scram] })]));

    expect(objects.find(({ kind }) => kind === "KafkaUser")?.spec).toEqual({
      authentication: { type: "scram-sha-512" },
    });
  });

  it("connects as the cluster's listener wants it", () => {
    const open = sharedWith({ listeners: [listener] });
    const topics = allReady(objectsOf(pipeline, observedCluster([open])));

    expect(planKafka(pipeline, observedCluster([open, ...topics])).connection).toMatchObject({
      state: "connected",
      config: { bootstrapServers: ["shared-kafka-bootstrap.bikes.svc:9095"] },
      secrets: [],
    });
    expect(topics.map(({ kind }) => kind)).not.toContain("KafkaUser");
  });

  it("says that the cluster is missing", () => {
    expect(planKafka(pipeline, nothing).connection).toMatchObject({
      reason: "ClusterMissing",
      message: "Kafka shared (spec.kafka.clusterRef) is missing: create it, or name another",
    });
  });

  it("says which listener it needs", () => {
    const outside = sharedWith({ listeners: [{ ...scram, type: "nodeport" }] });

    expect(planKafka(pipeline, observedCluster([outside])).connection).toMatchObject({
      reason: "ListenerMissing",
      message: expect.stringContaining("type internal"),
    });
  });
});

describe("with brokers of the user's own", () => {
  const pipeline = pipelineOf(ownInfrastructure);

  it("makes nothing and connects by the files of the user's Secrets", () => {
    expect(planKafka(pipeline, observedCluster(ownSecrets))).toEqual({
      objects: [],
      created: [],
      states: [],
      connection: {
        state: "connected",
        config: {
          bootstrapServers: ownInfrastructure.kafka.bootstrapServers,
          partitions: 3,
          replication: 1,
          minInsyncReplicas: 1,
          retention: "7d",
          tls: {
            caFile: "/etc/velib/secrets/kafka-ca/ca.crt",
            certFile: "/etc/velib/secrets/kafka-certificate/tls.crt",
            keyFile: "/etc/velib/secrets/kafka-certificate/tls.key",
          },
          authentication: {
            mechanism: "scram-sha-256",
            usernameFile: "/etc/velib/secrets/kafka-login/user",
            passwordFile: "/etc/velib/secrets/kafka-login/password",
          },
        },
        secrets: [
          expect.objectContaining({ what: "kafka-ca", secretName: "kafka", keys: ["ca.crt"] }),
          expect.objectContaining({
            what: "kafka-certificate",
            secretName: "kafka-client",
            keys: ["tls.crt", "tls.key"],
          }),
          expect.objectContaining({ what: "kafka-login", secretName: "kafka", keys: ["password", "user"] }),
        ],
        peers: [{ port: 9094 }],
      },
    });
  });

  it("needs no Secret where the brokers need none", () => {
    const open = pipelineOf({ kafka: { bootstrapServers: ["kafka:9092"] } });

    expect(planKafka(open, observedCluster([], ["Kafka"])).connection).toMatchObject({
      state: "connected",
      secrets: [],
    });
  });

  it("is connected as soon as the Secret that was missing appears", () => {
    const incomplete = ownSecrets.filter(({ metadata }) => metadata.name !== "kafka-client");
    expect(planKafka(pipeline, observedCluster(incomplete)).connection).toMatchObject({ reason: "SecretMissing" });

    expect(planKafka(pipeline, observedCluster(ownSecrets)).connection.state).toBe("connected");
  });

  it("rolls on a new password: the hash is another", () => {
    const hashes = (password: string) => {
      const rotated = secretOf("kafka", { user: "velib", password, "ca.crt": "-----BEGIN CERTIFICATE-----" });
      const others = ownSecrets.filter(({ metadata }) => metadata.name !== "kafka");
      const { connection } = planKafka(pipeline, observedCluster([rotated, ...others]));
      return connection.state === "connected" ? connection.secrets.map(({ contentHash }) => contentHash) : [];
    };

    const [before, after] = [hashes("one"), hashes("two")];

    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[2]).not.toBe(before[2]);
  });
});
