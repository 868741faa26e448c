import { KafkaDeadLetters } from "../../adapters/kafka/kafka-dead-letters.ts";
import { KafkaLog } from "../../adapters/kafka/kafka-log.ts";
import { AvroCodec } from "../../adapters/schema-registry/avro-codec.ts";
import { durationMs } from "../config/settings.ts";
import { kafkaConnection } from "./connections.ts";
import type { ServiceContext } from "./run-service.ts";

/** The pipeline's log on Kafka. An outage while it is read shows at /readyz. */
export function openLog({ config, readiness }: ServiceContext, service: string): Promise<KafkaLog> {
  const { partitions, replication, minInsyncReplicas, retention } = config.kafka;
  return KafkaLog.open({
    connection: kafkaConnection(config, service),
    pipeline: config.pipeline,
    partitions,
    replication,
    minInsyncReplicas,
    retentionMs: durationMs(retention),
    ...(config.schemaRegistry === undefined ? {} : { codec: new AvroCodec({ url: config.schemaRegistry.url }) }),
    onOutage: (cause) => readiness.report("kafka", cause?.message ?? null),
  });
}

/** The pipeline's dead letters on Kafka. */
export function openDeadLetters({ config }: ServiceContext, service: string): Promise<KafkaDeadLetters> {
  const { replication, minInsyncReplicas, retention } = config.kafka;
  return KafkaDeadLetters.open({
    connection: kafkaConnection(config, service),
    pipeline: config.pipeline,
    replication,
    minInsyncReplicas,
    retentionMs: durationMs(retention),
  });
}
