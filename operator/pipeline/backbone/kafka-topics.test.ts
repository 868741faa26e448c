import { expect, it } from "vitest";
import { usersTopic } from "../../../adapters/kafka/kafka-user-log.ts";
import { topicNames } from "../../../adapters/kafka/topic-names.ts";
import { pipelineTopics, topicObjects, topicSettings } from "./kafka-topics.ts";
import { pipelineOf } from "./testing/backbone-pipeline.ts";

const users = { randomUser: { url: "https://users.example.org/api/" } };

it("names the topics as the services do, by the prefix", () => {
  const topics = pipelineTopics(pipelineOf({ prefix: "velib", users }));

  const { observations, stations, deadLetters } = topicNames("velib");
  expect(topics.map(({ topic }) => topic)).toEqual([observations, stations, deadLetters, usersTopic("velib")]);
});

it("makes no topic of users without a users flow", () => {
  expect(pipelineTopics(pipelineOf()).map(({ topic }) => topic)).not.toContain(usersTopic("paris"));
});

it("gives each topic what the spec asks for, as brokers spell it", () => {
  const topics = { partitions: 12, replication: 3, minInsyncReplicas: 2, retention: "36h" };

  const objects = topicObjects(pipelineOf({ kafka: { clusterRef: { name: "shared" } }, topics }), "shared");

  const [log, stations, deadLetters] = objects;
  expect(log).toMatchObject({
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaTopic",
    metadata: { name: "paris.observations", labels: { "strimzi.io/cluster": "shared" } },
    spec: {
      partitions: 12,
      replicas: 3,
      config: { "cleanup.policy": "delete", "retention.ms": "129600000", "min.insync.replicas": "2" },
    },
  });
  expect(stations?.spec).toEqual({
    partitions: 12,
    replicas: 3,
    config: { "cleanup.policy": "compact", "min.insync.replicas": "2" },
  });
  expect(deadLetters?.spec).toMatchObject({ partitions: 1, config: { "cleanup.policy": "compact,delete" } });
});

it("keeps users and dead letters for times of their own where the spec says so", () => {
  const topics = { retention: "7d", usersRetention: "1d", deadLettersRetention: "30d" };
  const days = (topic: string) => {
    const found = pipelineTopics(pipelineOf({ topics, users })).find((one) => one.topic === `paris.${topic}`);
    return Number(found?.config["retention.ms"]) / 86_400_000;
  };

  expect(["observations", "users-created", "dead-letters"].map(days)).toEqual([7, 1, 30]);
  expect(topicSettings(pipelineOf({ topics }))).toMatchObject(topics);
});

it.each([
  ["Retain", { "velib.dev/deletion-policy": "Retain" }],
  ["Delete", {}],
])("marks topics by the deletion policy %s", (deletionPolicy, annotations) => {
  const objects = topicObjects(pipelineOf({ deletionPolicy }), "paris");

  expect(objects.map(({ metadata }) => metadata.annotations)).toEqual(objects.map(() => annotations));
});
