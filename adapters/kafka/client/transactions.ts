import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterLink } from "./cluster-link.ts";
import { protocolType } from "./kafka-error.ts";
import type { ProducedPartition } from "./produce-request.ts";
import type { ProducedMessage } from "./protocol-broker.ts";
import { writeRecordBatch } from "./record-batch-writer.ts";

export type Compression = "none" | "gzip";

/** Messages of one partition. */
export interface PartitionMessages {
  topic: string;
  partition: number;
  messages: ProducedMessage[];
}

/** An idempotent transactional producer's standing with the cluster; one transaction at a time. */
export interface ProducerSession {
  transactionalId: string;
  producerId: string;
  producerEpoch: number;
  /** Next sequence number by topic and partition. */
  sequences: Map<string, number>;
}

/** Most of a request's values to one partition, bytes: below the broker's usual `max.message.bytes` of 1 MiB. */
const requestBytes = 640 << 10;
/** How long a finished transaction may take to be written down before the next one can begin, ms. */
const settleMs = 30_000;

/**
 * Takes over a transactional id: whoever had it before is fenced, its open transaction is aborted (or, if its commit
 * had begun, completed) before this resolves.
 */
export async function beginSession(
  link: ClusterLink,
  transactionalId: string,
  transactionTimeout: number,
): Promise<ProducerSession> {
  return link.attempt(`take over the producer ${transactionalId}`, async () => {
    const { producerId, producerEpoch } = await settled(async () => {
      const coordinator = await link.coordinator("transaction", transactionalId);
      return coordinator.initProducerId({ transactionalId, transactionTimeout });
    });
    return { transactionalId, producerId, producerEpoch, sequences: new Map() };
  });
}

/**
 * Writes the messages in one transaction. When it throws, whether they were committed is unknown: only a new session
 * settles it.
 */
export async function transact(
  link: ClusterLink,
  session: ProducerSession,
  parts: readonly PartitionMessages[],
  compression: Compression,
): Promise<void> {
  const { transactionalId, producerId, producerEpoch } = session;
  const identity = { transactionalId, producerId, producerEpoch };
  await link.attempt("append a poll", async () => {
    const coordinator = await link.coordinator("transaction", transactionalId);
    await settled(() => coordinator.addPartitionsToTxn({ ...identity, topics: byTopic(parts) }));
    await link.refreshIfOld();
    const requests: Promise<void>[] = [];
    for (const [nodeId, own] of byLeader(link, parts)) {
      requests.push(produce(link, nodeId, session, own, compression));
    }
    await Promise.all(requests);
    await settled(() => coordinator.endTxn({ ...identity, transactionResult: true }));
  });
}

async function produce(
  link: ClusterLink,
  nodeId: string,
  session: ProducerSession,
  parts: readonly PartitionMessages[],
  compression: Compression,
): Promise<void> {
  const left = parts.map(({ topic, partition, messages }) => ({ topic, partition, chunks: chunksOf(messages) }));
  for (let round = 0; left.some(({ chunks }) => round < chunks.length); round++) {
    const topics = new Map<string, ProducedPartition[]>();
    for (const { topic, partition, chunks } of left) {
      const messages = chunks[round];
      if (messages === undefined) continue;
      const key = `${topic}/${partition}`;
      const firstSequence = session.sequences.get(key) ?? 0;
      // Sequence numbers are non-negative 32-bit integers that wrap around.
      session.sequences.set(key, (firstSequence + messages.length) % 2 ** 31);
      const identity = {
        producerId: BigInt(session.producerId),
        producerEpoch: session.producerEpoch,
        firstSequence,
        transactional: true,
      };
      const produced = topics.get(topic) ?? [];
      produced.push({ partition, batch: writeRecordBatch(messages, identity, compression) });
      topics.set(topic, produced);
    }
    await link.produce(nodeId, session.transactionalId, topics);
  }
}

function chunksOf(messages: readonly ProducedMessage[]): ProducedMessage[][] {
  const chunks: ProducedMessage[][] = [];
  let chunk: ProducedMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    // A character takes at most 3 bytes per UTF-16 unit, hardly ever more than one: near enough for a limit.
    const size = message.key.length + message.value.length + 16;
    if (chunk.length > 0 && bytes + size > requestBytes) {
      chunks.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(message);
    bytes += size;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

/** Repeats a call while the coordinator is still writing the last transaction's end down: milliseconds. */
async function settled<T>(call: () => Promise<T>): Promise<T> {
  const until = Date.now() + settleMs;
  for (let waitMs = 1; ; waitMs = Math.min(100, waitMs * 2)) {
    try {
      return await call();
    } catch (error) {
      if (protocolType(error) !== "CONCURRENT_TRANSACTIONS" || Date.now() > until) throw error;
      await sleep(waitMs);
    }
  }
}

function byTopic(parts: readonly PartitionMessages[]): { topic: string; partitions: number[] }[] {
  const topics = Map.groupBy(parts, ({ topic }) => topic);
  return [...topics].map(([topic, own]) => ({ topic, partitions: own.map(({ partition }) => partition) }));
}

function byLeader(link: ClusterLink, parts: readonly PartitionMessages[]): Map<string, PartitionMessages[]> {
  const leaderOf = new Map<string, string>();
  for (const { topic, partitions } of byTopic(parts)) {
    for (const [nodeId, led] of link.leaders(topic, partitions)) {
      for (const partition of led) leaderOf.set(`${topic}/${partition}`, nodeId);
    }
  }
  return Map.groupBy(parts, ({ topic, partition }) => leaderOf.get(`${topic}/${partition}`) ?? "");
}
