/** Record batches for one partition. */
export interface ProducedPartition {
  partition: number;
  batch: Buffer;
}

const produceApi = 0;
const produceVersion = 7;

/**
 * A produce request of version 7, acknowledged by all replicas in sync, in the form that kafkajs sends. Wire format: the
 * Kafka protocol guide, "Produce Request (Version: 7)".
 */
export function produceRequest(
  transactionalId: string | null,
  timeoutMs: number,
  topics: ReadonlyMap<string, readonly ProducedPartition[]>,
) {
  const parts: Buffer[] = [nullableText(transactionalId), int16(-1), int32(timeoutMs), int32(topics.size)];
  for (const [topic, partitions] of topics) {
    parts.push(nullableText(topic), int32(partitions.length));
    for (const { partition, batch } of partitions) parts.push(int32(partition), int32(batch.length), batch);
  }
  const buf = Buffer.concat(parts);
  return {
    apiKey: produceApi,
    apiVersion: produceVersion,
    apiName: "Produce",
    encode: async () => ({ buf, buffer: buf }),
  };
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function nullableText(text: string | null): Buffer {
  if (text === null) return int16(-1);
  const bytes = Buffer.from(text);
  return Buffer.concat([int16(bytes.length), bytes]);
}
