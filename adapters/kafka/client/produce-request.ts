import type { PartedRequest } from "./parted-request.ts";
import { int16, int32, nullableText } from "./wire-types.ts";

/** Record batches for one partition. */
export interface ProducedPartition {
  partition: number;
  batch: Buffer;
}

const produceApi = 0;
const produceVersion = 7;

/**
 * A produce request of version 7, acknowledged by all replicas in sync; the batches are parts of it as they are. Wire
 * format: the Kafka protocol guide, "Produce Request (Version: 7)".
 */
export function produceRequest(
  transactionalId: string | null,
  timeoutMs: number,
  topics: ReadonlyMap<string, readonly ProducedPartition[]>,
): PartedRequest {
  const parts: Buffer[] = [nullableText(transactionalId), int16(-1), int32(timeoutMs), int32(topics.size)];
  for (const [topic, partitions] of topics) {
    parts.push(nullableText(topic), int32(partitions.length));
    for (const { partition, batch } of partitions) parts.push(int32(partition), int32(batch.length), batch);
  }
  return { apiKey: produceApi, apiVersion: produceVersion, apiName: "Produce", parts };
}
