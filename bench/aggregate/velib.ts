/**
 * The aggregator in the slot of `run.ts`: reads BENCH_INPUT as a member of a group, writes windows to BENCH_OUTPUT, and
 * zone windows, latest states and checkpoints to topics of its own. Goes on until SIGTERM. With BENCH_KILL_AT_COMMIT=n
 * it kills itself (SIGKILL) within its n-th commit: what is started after it has to go on from there.
 */
import { KafkaResults } from "../../adapters/kafka/kafka-results.ts";
import { resultTopics } from "../../adapters/kafka/topic-names.ts";
import type { AggregatorResults } from "../../services/aggregator/aggregator.ts";
import { aggregateTopic } from "./aggregate-topic.ts";

/** About the middle of a commit, ms. */
const midCommitMs = 4;

const { BENCH_BROKERS, BENCH_INPUT: input, BENCH_OUTPUT: output, BENCH_GROUP: group } = process.env;
if (!BENCH_BROKERS || !input || !output || !group) {
  throw new Error("environment: BENCH_BROKERS, BENCH_INPUT, BENCH_OUTPUT and BENCH_GROUP have to be set");
}
const brokers = BENCH_BROKERS.split(",");
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());

const results = await KafkaResults.open({
  connection: { brokers, clientId: "bench" },
  pipeline: group,
  topics: { ...resultTopics(group), stationWindows: output },
  partitions: 3,
  replication: 1,
  minInsyncReplicas: 1,
  retentionMs: -1,
});
const lasting = killedAtCommit(results, Number(process.env.BENCH_KILL_AT_COMMIT ?? 0));
await aggregateTopic({ brokers, input, group, signal: stop.signal, untilEnd: false }, lasting);
await results.close();

function killedAtCommit(store: KafkaResults, last: number): AggregatorResults {
  let commits = 0;
  return {
    checkpoint: (partition) => store.checkpoint(partition),
    stations: () => store.stations(),
    sources: () => store.sources(),
    commit(commit) {
      commits++;
      if (commits === last) setTimeout(() => process.kill(process.pid, "SIGKILL"), midCommitMs);
      return store.commit(commit);
    },
  };
}
