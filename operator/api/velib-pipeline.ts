import { type Static, Type } from "typebox";
import type { KubeObject } from "../runtime/kube-object.ts";
import { Cassandra, Kafka, Mongodb, SchemaRegistry, Topics } from "./backbone.ts";
import { immutableOptional, rule } from "./cel-rules.ts";
import { Choice, Flag, Section, Text } from "./field-types.ts";
import type { VelibPipelineStatus } from "./pipeline-status.ts";
import { Templates } from "./pod-template.ts";
import { Aggregation, Archive, Batch, Polling } from "./processing.ts";
import type { apiVersion, velibPipelineNames } from "./resource-names.ts";
import { Api, Monitoring, NetworkPolicy, Notifications } from "./serving.ts";
import { Sources, sourceKinds, Zones } from "./sources.ts";
import { Users } from "./users.ts";

/**
 * The spec of a VelibPipeline. The type is what the API server hands out: members with a default are there. Only
 * `sources` has to be written.
 */
export const VelibPipelineSpec = Section(
  "What is wanted",
  {
    prefix: Type.Optional(
      Text("Prefix of the topics, name of the database and of the keyspace; the resource's name unless set", {
        maxLength: 48,
        pattern: "^[a-z]([a-z0-9-]{0,46}[a-z0-9])?$",
        expected: "a lower-case letter, then up to 47 letters, digits and dashes",
      }),
    ),
    sources: Sources,
    zones: Type.Optional(Zones),
    users: Type.Optional(Users),
    kafka: Kafka,
    topics: Topics,
    schemaRegistry: Type.Optional(SchemaRegistry),
    mongodb: Mongodb,
    cassandra: Cassandra,
    polling: Polling,
    aggregation: Aggregation,
    archive: Archive,
    batch: Type.Optional(Batch),
    api: Api,
    monitoring: Type.Optional(Monitoring),
    notifications: Type.Optional(Notifications),
    networkPolicy: NetworkPolicy,
    template: Type.Optional(Templates),
    suspend: Flag("Drain and stop: first the producers, then, with the backlog worked off, the rest", false),
    deletionPolicy: Choice(
      "What becomes of topics, tables and volumes with the resource",
      ["Retain", "Delete"],
      "Retain",
    ),
  },
  {
    rules: [
      immutableOptional("prefix", "topics, database and keyspace can't be renamed; make a new pipeline"),
      rule(
        "self.aggregation.replicas <= self.topics.partitions",
        "aggregation.replicas can't exceed topics.partitions: a partition has one reader; add partitions",
      ),
      rule(
        "!has(self.aggregation.autoscaling) || self.aggregation.autoscaling.maxReplicas <= self.topics.partitions",
        "aggregation.autoscaling.maxReplicas can't exceed topics.partitions: a partition has one reader; add partitions",
      ),
      rule(
        "self.archive.replicas <= self.topics.partitions",
        "archive.replicas can't exceed topics.partitions: a partition has one reader; add partitions",
      ),
      rule(
        "self.polling.producers <= self.sources.size()",
        "polling.producers can't exceed the number of sources: a source has one producer",
      ),
      rule(
        "!has(self.kafka.strimzi) || self.topics.replication <= self.kafka.strimzi.replicas",
        "topics.replication can't exceed kafka.strimzi.replicas: no node would be left for a replica",
      ),
      rule(
        "has(self.schemaRegistry) == has(oldSelf.schemaRegistry)",
        "schemaRegistry is chosen once: the log can't hold JSON and Avro; make a new pipeline",
      ),
    ],
  },
);
export type VelibPipelineSpec = Static<typeof VelibPipelineSpec>;

/** Whether a source is of the kind that a name stands for. */
const isUsedKind = sourceKinds.map((kind) => `(used.kind == '${kind}') == has(source.${kind})`).join(" && ");

/** Rules that need the name or the status beside the spec. */
export const velibPipelineRules = [
  rule(
    "self.metadata.name.matches('^[a-z]([a-z0-9-]{0,44}[a-z0-9])?$')",
    "metadata.name becomes part of Services and CronJobs: expected a lower-case letter, then up to 45 letters, digits and dashes",
  ),
  rule(
    `!has(self.status) || !has(self.status.usedSources) || self.spec.sources.all(source, self.status.usedSources.all(used, used.name != source.name || (${isUsedKind})))`,
    "a source's name stood for a source of another kind before: its history is kept by that name; take a new name",
  ),
];

/** A pipeline: networks in; averages, history, files, models and an API out. */
export interface VelibPipeline extends KubeObject {
  apiVersion: typeof apiVersion;
  kind: (typeof velibPipelineNames)["kind"];
  spec: VelibPipelineSpec;
  status?: VelibPipelineStatus;
}

/** What the pipeline is called in Kafka and in the stores. */
export function pipelinePrefix(pipeline: VelibPipeline): string {
  return pipeline.spec.prefix ?? pipeline.metadata.name;
}
