import { ClusterLink } from "../../adapters/kafka/client/cluster-link.ts";
import { GroupMember } from "../../adapters/kafka/group-member.ts";
import { jsonCodec } from "../../adapters/kafka/json-codec.ts";
import { KafkaDeadLetters } from "../../adapters/kafka/kafka-dead-letters.ts";
import { LogConsumer } from "../../adapters/kafka/log-consumer.ts";
import { topicNames } from "../../adapters/kafka/topic-names.ts";
import { Aggregator, type AggregatorResults } from "../../services/aggregator/aggregator.ts";
import { createMetrics } from "../../services/metrics/metrics.ts";

const second = 1_000;
/** As `velib aggregate` has it. */
const commitWindows = 20_000;

export interface Reading {
  brokers: string[];
  /** The topic to read. */
  input: string;
  /** Name of the consumer group and beginning of the dead letters' topic. */
  group: string;
  signal: AbortSignal;
  /** Whether to stop at what was there at the start. */
  untilEnd: boolean;
}

/** The aggregator of `velib aggregate` on any topic: windows of 3 minutes, 30 s lateness. */
export async function aggregateTopic(
  { brokers, input, group, signal, untilEnd }: Reading,
  results: AggregatorResults,
): Promise<void> {
  const connection = { brokers, clientId: "bench" };
  const link = await ClusterLink.open(connection);
  const deadLetters = await KafkaDeadLetters.open({
    connection,
    pipeline: group,
    replication: 1,
    minInsyncReplicas: 1,
    retentionMs: -1,
  });
  const windows = { lengthMs: 180 * second, latenessMs: 30 * second };
  const metrics = createMetrics({ version: "bench" });
  const aggregator = new Aggregator(results, deadLetters, { windows, commitWindows }, metrics);
  await link.follow([input]);
  const member = new GroupMember(link, {
    groupId: group,
    topic: input,
    sessionTimeoutMs: 15 * second,
    rebalanceTimeoutMs: 60 * second,
    heartbeatMs: 3 * second,
  });
  const options = {
    topics: { ...topicNames(group), observations: input },
    codec: jsonCodec,
    outageMs: 120 * second,
    commitMs: 2 * second,
    now: Date.now,
    onOutage: () => {},
  };
  await new LogConsumer(link, member, aggregator, options, signal).run(untilEnd);
  await Promise.all([deadLetters.close(), link.close()]);
}
