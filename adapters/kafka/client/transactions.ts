import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterLink } from "./cluster-link.ts";
import { protocolType } from "./kafka-error.ts";
import type { ProducedPartition } from "./produce-request.ts";
import type { ProducedMessage } from "./protocol-broker.ts";
import { blockOf, sealBatch } from "./record-batch-writer.ts";
import type { RecordBlock } from "./record-block.ts";

export type Compression = "none" | "gzip";

interface TopicPartition {
  topic: string;
  partition: number;
}

/** Messages of one partition. */
export interface PartitionMessages extends TopicPartition {
  messages: ProducedMessage[];
}

/** Records of one partition that are encoded already; each block is below the broker's `max.message.bytes`. */
export interface PartitionBlocks extends TopicPartition {
  blocks: readonly RecordBlock[];
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
export const requestBytes = 640 << 10;
/** Requests sent before the first is answered; the broker tells the order of five. */
const requestsAtOnce = 4;
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
 * @param doing completes "can't …" in the message of what goes wrong
 */
export async function transact(
  link: ClusterLink,
  session: ProducerSession,
  parts: readonly (PartitionMessages | PartitionBlocks)[],
  compression: Compression,
  doing = "append to the log",
): Promise<void> {
  const { transactionalId, producerId, producerEpoch } = session;
  const identity = { transactionalId, producerId, producerEpoch };
  await link.attempt(doing, async () => {
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
  parts: readonly (PartitionMessages | PartitionBlocks)[],
  compression: Compression,
): Promise<void> {
  const left = parts.map((part) => ({ ...part, blocks: "blocks" in part ? part.blocks : blocksOf(part.messages) }));
  const underWay: Promise<void>[] = [];
  for (let round = 0; left.some(({ blocks }) => round < blocks.length); round++) {
    const topics = new Map<string, ProducedPartition[]>();
    for (const { topic, partition, blocks } of left) {
      const block = blocks[round];
      if (block === undefined) continue;
      const key = `${topic}/${partition}`;
      const firstSequence = session.sequences.get(key) ?? 0;
      // Sequence numbers are non-negative 32-bit integers that wrap around.
      session.sequences.set(key, (firstSequence + block.count) % 2 ** 31);
      const identity = {
        producerId: BigInt(session.producerId),
        producerEpoch: session.producerEpoch,
        firstSequence,
        transactional: true,
      };
      const produced = topics.get(topic) ?? [];
      produced.push({ partition, batch: sealBatch(block, identity, compression) });
      topics.set(topic, produced);
    }
    const answered = link.produce(nodeId, session.transactionalId, topics);
    // The first failure is told below; what was sent after it is refused for the gap in its numbers.
    answered.catch(() => undefined);
    underWay.push(answered);
    if (underWay.length >= requestsAtOnce) await underWay.shift();
  }
  await Promise.all(underWay);
}

function blocksOf(messages: readonly ProducedMessage[]): RecordBlock[] {
  return chunksOf(messages).map(blockOf);
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

function byTopic(parts: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  const topics = Map.groupBy(parts, ({ topic }) => topic);
  return [...topics].map(([topic, own]) => ({ topic, partitions: own.map(({ partition }) => partition) }));
}

function byLeader<Part extends TopicPartition>(link: ClusterLink, parts: readonly Part[]): Map<string, Part[]> {
  const leaderOf = new Map<string, string>();
  for (const { topic, partitions } of byTopic(parts)) {
    for (const [nodeId, led] of link.leaders(topic, partitions)) {
      for (const partition of led) leaderOf.set(`${topic}/${partition}`, nodeId);
    }
  }
  return Map.groupBy(parts, ({ topic, partition }) => leaderOf.get(`${topic}/${partition}`) ?? "");
}
