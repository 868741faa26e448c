import type { ClusterLink } from "./cluster-link.ts";
import type { ProducedMessage } from "./protocol-broker.ts";
import { writeRecordBatch } from "./record-batch-writer.ts";

const notIdempotent = { producerId: -1n, producerEpoch: -1, firstSequence: -1, transactional: false };

/** Writes messages to one partition, outside any transaction: durable when it resolves, twice when it is repeated. */
export async function sendMessages(
  link: ClusterLink,
  topic: string,
  partition: number,
  messages: ProducedMessage[],
): Promise<void> {
  await link.attempt(`write to ${topic}`, async () => {
    await link.refreshIfOld();
    const [leader] = link.leaders(topic, [partition]).keys();
    if (leader === undefined) throw new Error(`${topic} has no partition ${partition}`);
    const batch = writeRecordBatch(messages, notIdempotent, "none");
    await link.produce(leader, null, new Map([[topic, [{ partition, batch }]]]));
  });
}
