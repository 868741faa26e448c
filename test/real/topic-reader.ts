import { Kafka, logLevel } from "kafkajs";

/** Values of all committed records that a topic holds now, partition by partition, in the order of their offsets. */
export async function readTopic(brokers: string[], topic: string): Promise<string[]> {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map<number, bigint>();
  for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
    if (BigInt(high) > BigInt(low)) ends.set(partition, BigInt(high));
  }
  await admin.disconnect();

  const values: string[] = [];
  if (ends.size === 0) return values;
  const consumer = kafka.consumer({ groupId: `reader-${topic}-${crypto.randomUUID()}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  try {
    await new Promise<void>((resolve, reject) => {
      // a crash that kafkajs restarts from by itself, such as a coordinator that still loads, is no failure
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      consumer
        .run({
          eachBatch: async ({ batch }) => {
            for (const { value } of batch.messages) values.push(value?.toString() ?? "");
            const end = ends.get(batch.partition);
            if (end !== undefined && BigInt(batch.lastOffset()) + 1n >= end) ends.delete(batch.partition);
            if (ends.size === 0) resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return values;
}
