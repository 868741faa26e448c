import { durationMs } from "../../../core/time/duration.ts";
import { pipelinePrefix, type VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import type { KafkaSection } from "../connections.ts";
import { backboneLabels } from "./backbone-names.ts";
import { topicKind } from "./partner-kinds.ts";
import { dataAnnotations } from "./retained-objects.ts";

/** A topic as the services make it and expect to find it. */
export interface PipelineTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  /** The brokers' settings by their names. */
  readonly config: Readonly<Record<string, string>>;
}

/**
 * The topics of a pipeline: the log; each station's newest record, compacted; what could not be read, keyed by its
 * identity and so compacted too; and the users, where there are any. The services compare them with the same numbers
 * when they start.
 */
export function pipelineTopics(pipeline: VelibPipeline): PipelineTopic[] {
  const prefix = pipelinePrefix(pipeline);
  const { partitions, replication, minInsyncReplicas, retention } = pipeline.spec.topics;
  const { usersRetention = retention, deadLettersRetention = retention } = pipeline.spec.topics;
  const insync = { "min.insync.replicas": String(minInsyncReplicas) };
  const kept = (duration: string) => ({ ...insync, "retention.ms": String(durationMs(duration)) });
  const deleted = (duration: string) => ({ ...kept(duration), "cleanup.policy": "delete" });
  const topics: PipelineTopic[] = [
    { topic: `${prefix}.observations`, partitions, replication, config: deleted(retention) },
    { topic: `${prefix}.stations`, partitions, replication, config: { ...insync, "cleanup.policy": "compact" } },
    {
      topic: `${prefix}.dead-letters`,
      partitions: 1,
      replication,
      config: { ...kept(deadLettersRetention), "cleanup.policy": "compact,delete" },
    },
  ];
  if (pipeline.spec.users !== undefined) {
    topics.push({ topic: `${prefix}.users-created`, partitions, replication, config: deleted(usersRetention) });
  }
  return topics;
}

/** What the services' configuration says of the topics. */
export function topicSettings(
  pipeline: VelibPipeline,
): Pick<
  KafkaSection,
  "partitions" | "replication" | "minInsyncReplicas" | "retention" | "usersRetention" | "deadLettersRetention"
> {
  const { partitions, replication, minInsyncReplicas, retention } = pipeline.spec.topics;
  const { usersRetention, deadLettersRetention } = pipeline.spec.topics;
  return {
    ...{ partitions, replication, minInsyncReplicas, retention },
    ...(usersRetention === undefined ? {} : { usersRetention }),
    ...(deadLettersRetention === undefined ? {} : { deadLettersRetention }),
  };
}

/** A KafkaTopic each, on the Strimzi cluster of that name. */
export function topicObjects(pipeline: VelibPipeline, cluster: string): KubeObject[] {
  return pipelineTopics(pipeline).map(({ topic, partitions, replication, config }) => ({
    apiVersion: topicKind.apiVersion,
    kind: topicKind.kind,
    metadata: {
      name: topic,
      labels: { ...backboneLabels(pipeline, "kafka"), "strimzi.io/cluster": cluster },
      annotations: dataAnnotations(pipeline),
    },
    spec: { partitions, replicas: replication, config },
  }));
}
