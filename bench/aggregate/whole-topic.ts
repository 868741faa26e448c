import type { Kafka, KafkaMessage } from "kafkajs";

/** Reads a topic from its beginning to what was its end at the start; only committed records. */
export async function readWhole(kafka: Kafka, topic: string, each: (message: KafkaMessage) => void): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const open = new Map(ends.filter(({ high }) => high !== "0").map(({ partition, high }) => [partition, BigInt(high)]));
  if (open.size === 0) return;

  const consumer = kafka.consumer({
    groupId: `read-${topic}-${process.pid}-${Date.now()}`,
    maxBytes: 16 << 20,
    maxBytesPerPartition: 4 << 20,
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: true,
    eachBatch: async ({ batch }) => {
      for (const message of batch.messages) each(message);
      const end = open.get(batch.partition);
      if (end !== undefined && BigInt(batch.lastOffset()) + 1n >= end) open.delete(batch.partition);
      if (open.size === 0) resolve();
    },
  });
  await finished;
  await consumer.disconnect();
}
