import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import kafkajs, { type AclEntry } from "kafkajs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ConnectionSettings } from "../../../adapters/kafka/client/connection-settings.ts";
import { withAdmin } from "../../../adapters/kafka/client/with-admin.ts";
import { KafkaDeadLetters } from "../../../adapters/kafka/kafka-dead-letters.ts";
import { KafkaLog } from "../../../adapters/kafka/kafka-log.ts";
import { KafkaUserLog } from "../../../adapters/kafka/kafka-user-log.ts";
import { groupLag } from "../../../adapters/kafka/lag.ts";
import { durationMs } from "../../../core/time/duration.ts";
import { pipelineTopics, topicSettings } from "../../../operator/pipeline/backbone/kafka-topics.ts";
import { userRights } from "../../../operator/pipeline/backbone/kafka-user.ts";
import { pipelineOf } from "../../../operator/pipeline/backbone/testing/backbone-pipeline.ts";
import { readToEnd } from "../../contracts/log-reader.ts";
import { change, pollMarker, start } from "../../contracts/log-records.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { connectionTo } from "../kafka/kafka-pipeline.ts";
import { describeReal } from "../servers.ts";

const { AclResourceTypes, AclOperationTypes, AclPermissionTypes, ResourcePatternTypes } = kafkajs;

/** How Kafka numbers what Strimzi spells out. */
const resourceTypes = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  transactionalId: AclResourceTypes.TRANSACTIONAL_ID,
};
const operations = {
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
};

/**
 * Strimzi's operators can't run here; what they do with a KafkaTopic and a KafkaUser is done by hand. The broker lets
 * everyone do what no rule is about, so that rules for a prefix close just what is called so to all they don't name.
 */
describeReal("topics and rights as the operator asks for them, on a real broker", ["kafka", "kafkaSasl"], (servers) => {
  const { kafka, kafkaSasl } = servers;
  const prefix = uniqueName("rights").replaceAll("_", "-");
  const pipeline = pipelineOf({
    prefix,
    topics: { partitions: 2, retention: "3d" },
    users: { randomUser: { url: "https://users.example.org/api/" } },
  });
  const { partitions, replication, minInsyncReplicas, retention } = topicSettings(pipeline);
  const options = { pipeline: prefix, partitions, replication, minInsyncReplicas, retentionMs: durationMs(retention) };
  let dir: string;
  let connection: ConnectionSettings;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "velib-rights-"));
    const passwordFile = join(dir, "password");
    writeFileSync(passwordFile, kafkaSasl.password);
    connection = {
      brokers: kafkaSasl.brokers,
      clientId: "velib-test",
      tls: { caFile: kafkaSasl.caFile },
      sasl: { mechanism: "scram-sha-512", username: kafkaSasl.username, passwordFile },
    };
    await withAdmin(connectionTo(kafka), "prepare a pipeline's topics", async (admin) => {
      await admin.createTopics({
        topics: pipelineTopics(pipeline).map((wanted) => ({
          topic: wanted.topic,
          numPartitions: wanted.partitions,
          replicationFactor: wanted.replication,
          configEntries: Object.entries(wanted.config).map(([name, value]) => ({ name, value })),
        })),
      });
      await admin.createAcls({ acl: rules() });
    });
  });
  afterAll(async () => {
    rmSync(dir, { recursive: true });
    await withAdmin(connectionTo(kafka), "drop a pipeline's topics", async (admin) => {
      await admin.deleteAcls({ filters: rules() });
      await admin.deleteTopics({ topics: pipelineTopics(pipeline).map(({ topic }) => topic) });
    });
  });

  function rules(): AclEntry[] {
    return userRights(pipeline).flatMap(({ resource, operations: allowed }) =>
      allowed.map((operation) => ({
        resourceType: resourceTypes[resource.type],
        resourceName: resource.name,
        resourcePatternType: ResourcePatternTypes.PREFIXED,
        principal: `User:${kafkaSasl.username}`,
        host: "*",
        operation: operations[operation],
        permissionType: AclPermissionTypes.ALLOW,
      })),
    );
  }

  it("the services find the log as they expect it, append to it, read it in a group and tell its lag", async () => {
    const log = await KafkaLog.open({ connection, ...options });
    try {
      await log.tail("paris", 0);
      const record = change("paris", "1001", start);
      await log.append({ records: [record], marker: pollMarker("paris", start) });

      const reader = await readToEnd(log, undefined, "aggregator");

      expect(reader.allRecords("paris")).toContainEqual(record);
      expect(await groupLag(connection, prefix, "aggregator")).toHaveLength(partitions);
    } finally {
      await log.close();
    }
  });

  it("the services find the dead letters as they expect them, and write and read them", async () => {
    const letters = await KafkaDeadLetters.open({ connection, ...options });
    try {
      const letter = { id: "1", source: "paris", at: start, reason: "late" as const, detail: "late", excerpt: "" };

      expect(await letters.put([letter])).toBe(1);
      expect(await letters.list({})).toEqual([letter]);
    } finally {
      await letters.close();
    }
  });

  it("the services find the users' topic as they expect it", async () => {
    const users = await KafkaUserLog.open({ connection, ...options });

    await users.close();
  });

  it("no more than that is allowed: no setting is altered, no partition added", async () => {
    const topic = `${prefix}.observations`;

    await withAdmin(connection, "overstep the rights", async (admin) => {
      const configEntries = [{ name: "retention.ms", value: "1" }];
      await expect(
        admin.alterConfigs({
          validateOnly: false,
          resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }],
        }),
      ).rejects.toMatchObject({ type: "TOPIC_AUTHORIZATION_FAILED" });
      await expect(admin.createPartitions({ topicPartitions: [{ topic, count: 9 }] })).rejects.toMatchObject({
        type: "TOPIC_AUTHORIZATION_FAILED",
      });
    });
  });
});
