import { jsonCodec } from "../../adapters/kafka/json-codec.ts";
import { KafkaDeadLetters } from "../../adapters/kafka/kafka-dead-letters.ts";
import { KafkaLog } from "../../adapters/kafka/kafka-log.ts";
import { KafkaUserLog } from "../../adapters/kafka/kafka-user-log.ts";
import type { RecordCodec } from "../../adapters/kafka/record-codec.ts";
import { jsonUserCodec, type UserCodec } from "../../adapters/kafka/user-record.ts";
import { AvroCodec } from "../../adapters/schema-registry/avro-codec.ts";
import { AvroUserCodec } from "../../adapters/schema-registry/avro-user-codec.ts";
import { durationMs } from "../../core/time/duration.ts";
import type { BackboneConfig } from "../config/backbone-config.ts";
import { kafkaConnection, registryOptions } from "./connections.ts";
import type { ServiceContext } from "./run-service.ts";

/** The pipeline's log on Kafka. An outage while it is read shows at /readyz. */
export function openLog(
  { config, readiness }: Pick<ServiceContext, "config" | "readiness">,
  service: string,
): Promise<KafkaLog> {
  const { partitions, replication, minInsyncReplicas, retention } = config.kafka;
  return KafkaLog.open({
    connection: kafkaConnection(config, service),
    pipeline: config.pipeline,
    partitions,
    replication,
    minInsyncReplicas,
    retentionMs: durationMs(retention),
    codec: recordCodec(config),
    onOutage: (cause) => readiness.report("kafka", cause?.message ?? null),
  });
}

/** How the pipeline's records become bytes: Avro where it has a schema registry, else JSON. */
export function recordCodec({ schemaRegistry }: BackboneConfig): RecordCodec {
  return schemaRegistry === undefined ? jsonCodec : new AvroCodec(registryOptions(schemaRegistry));
}

/** The same of its users. */
export function userCodec({ schemaRegistry }: BackboneConfig): UserCodec {
  return schemaRegistry === undefined ? jsonUserCodec : new AvroUserCodec(registryOptions(schemaRegistry));
}

/** The pipeline's dead letters on Kafka. */
export function openDeadLetters(
  { config }: Pick<ServiceContext, "config">,
  service: string,
): Promise<KafkaDeadLetters> {
  const { replication, minInsyncReplicas, retention, deadLettersRetention = retention } = config.kafka;
  return KafkaDeadLetters.open({
    connection: kafkaConnection(config, service),
    pipeline: config.pipeline,
    replication,
    minInsyncReplicas,
    retentionMs: durationMs(deadLettersRetention),
  });
}

/**
 * The pipeline's log of users on Kafka. An outage while it is read shows at /readyz.
 * @param onRevoked told of each partition that a consumer had and has no more
 */
export function openUserLog(
  { config, readiness }: Pick<ServiceContext, "config" | "readiness">,
  service: string,
  onRevoked: (partition: number) => void = () => {},
): Promise<KafkaUserLog> {
  const { partitions, replication, minInsyncReplicas, retention, usersRetention = retention } = config.kafka;
  return KafkaUserLog.open({
    connection: kafkaConnection(config, service),
    pipeline: config.pipeline,
    partitions,
    replication,
    minInsyncReplicas,
    retentionMs: durationMs(usersRetention),
    codec: userCodec(config),
    onOutage: (cause) => readiness.report("kafka", cause?.message ?? null),
    onRevoked,
  });
}
