/**
 * `velib archive` itself, from Kafka into Cassandra: its rate, its cost, and whether its memory stays flat.
 *   eval "$(VELIB_TESTBED_JIT=full VELIB_CASSANDRA_HEAP=2g test/testbed/data-services/up.sh kafka cassandra)"
 *   node bench/cassandra/archiver-process.ts [--observations 10000000] [--stations 1500]
 * Fills a topic of three partitions with polls of every station, a minute apart, and then lets one archiver work it
 * off: one JSON line with observations/s, CPU seconds per million, and its memory when each million was done.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { KafkaLog } from "../../adapters/kafka/kafka-log.ts";
import { runVelib } from "../child-process.ts";
import { report } from "../report.ts";
import { pollAt } from "./made-up-poll.ts";

const { values } = parseArgs({
  options: { observations: { type: "string", default: "10000000" }, stations: { type: "string", default: "1500" } },
});
const brokers = process.env.TEST_KAFKA_BROKERS?.split(",");
const contactPoints = process.env.TEST_CASSANDRA_CONTACT_POINTS?.split(",");
const dataCenter = process.env.TEST_CASSANDRA_DATACENTER;
if (!brokers || !contactPoints || !dataCenter) {
  throw new Error('no servers: eval "$(test/testbed/data-services/up.sh kafka cassandra)"');
}
const stations = Number(values.stations);
const polls = Math.ceil(Number(values.observations) / stations);
const minuteMs = 60_000;
const pipeline = `bench-${Date.now()}`;
const retention = `${Math.ceil((polls * minuteMs) / 86_400_000) + 7}d`;

await fill();
const dir = await mkdtemp(join(tmpdir(), "velib-bench-"));
const port = 28_200;
const config = join(dir, "pipeline.yaml");
await writeFile(
  config,
  stringify({
    pipeline,
    http: { port },
    kafka: { bootstrapServers: brokers, retention },
    cassandra: {
      contactPoints,
      localDataCenter: dataCenter,
      replication: { [dataCenter]: 1 },
      consistency: "LOCAL_ONE",
    },
  }),
);
const total = polls * stations;
const memory: number[] = [];
let resident = 0;
const watch = setInterval(async () => {
  const left = await recordsLeft();
  const millions = left === null ? 0 : Math.floor((total * (1 - left)) / 1e6);
  while (memory.length < millions) memory.push(Math.round(resident));
}, 250);
const command = ["archive", "--config", config, "--until-drained", "--log-level", "warn"];
const { wallSeconds, cpuSeconds, peakMiB } = await runVelib(command, (residentMiB) => {
  resident = residentMiB;
});
clearInterval(watch);
await rm(dir, { recursive: true });
report({
  benchmark: "velib archive",
  case: `${stations} stations a poll`,
  round: 1,
  observations: total,
  seconds: Number(wallSeconds.toFixed(1)),
  observations_per_second: Math.round(total / wallSeconds),
  cpu_seconds_per_million: Number(((cpuSeconds / total) * 1e6).toFixed(1)),
  memory_mib_by_million: memory.join(" "),
  peak_mib: Math.round(peakMiB),
});

async function fill(): Promise<void> {
  const log = await KafkaLog.open({
    connection: { brokers: brokers ?? [], clientId: "velib-bench" },
    pipeline,
    partitions: 3,
    replication: 1,
    minInsyncReplicas: 1,
    retentionMs: Number(retention.slice(0, -1)) * 86_400_000,
  });
  const first = Math.floor(Date.now() / minuteMs) * minuteMs - polls * minuteMs;
  for (let poll = 0; poll < polls; poll++) await log.append(pollAt(first + poll * minuteMs, stations));
  await log.close();
}

/** The share of the log that is not archived yet, as the archiver's metrics say; null before its first batch. */
async function recordsLeft(): Promise<number | null> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => null);
  const text = (await answer?.text().catch(() => "")) ?? "";
  const lags = [...text.matchAll(/^velib_log_lag_records\{group="archiver",.*\} (\d+)/gm)].map(([, lag]) =>
    Number(lag),
  );
  if (lags.length < 3) return null;
  // Each poll: its stations' records, and in each partition a marker and the end of its transaction.
  return Math.min(1, lags.reduce((sum, lag) => sum + lag, 0) / (polls * (stations + 6)));
}
