/**
 * The aggregator in the slot of `run.ts`: reads BENCH_INPUT as a member of a group, writes windows to BENCH_OUTPUT, and
 * zone windows, latest states and checkpoints to topics of its own. Goes on until SIGTERM.
 */
import { ClusterLink } from "../../adapters/kafka/client/cluster-link.ts";
import { GroupMember } from "../../adapters/kafka/group-member.ts";
import { jsonCodec } from "../../adapters/kafka/json-codec.ts";
import { KafkaDeadLetters } from "../../adapters/kafka/kafka-dead-letters.ts";
import { KafkaResults } from "../../adapters/kafka/kafka-results.ts";
import { LogConsumer } from "../../adapters/kafka/log-consumer.ts";
import { resultTopics, topicNames } from "../../adapters/kafka/topic-names.ts";
import { Aggregator } from "../../services/aggregator/aggregator.ts";
import { createMetrics } from "../../services/metrics/metrics.ts";

const { BENCH_BROKERS: brokers, BENCH_INPUT: input, BENCH_OUTPUT: output, BENCH_GROUP: group } = process.env;
if (!brokers || !input || !output || !group) {
  throw new Error("environment: BENCH_BROKERS, BENCH_INPUT, BENCH_OUTPUT and BENCH_GROUP have to be set");
}
const second = 1_000;
const connection = { brokers: brokers.split(","), clientId: "bench" };
const common = { connection, pipeline: group, replication: 1, minInsyncReplicas: 1, retentionMs: -1 };
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());

const link = await ClusterLink.open(connection);
const deadLetters = await KafkaDeadLetters.open(common);
const results = await KafkaResults.open({
  ...common,
  partitions: 3,
  topics: { ...resultTopics(group), stationWindows: output },
});
const windows = { lengthMs: 180 * second, latenessMs: 30 * second };
const aggregator = new Aggregator(
  results,
  deadLetters,
  { windows, commitWindows: 20_000 },
  createMetrics({ version: "bench" }),
);
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
await new LogConsumer(link, member, aggregator, options, stop.signal).run(false);
await Promise.all([results.close(), deadLetters.close(), link.close()]);
