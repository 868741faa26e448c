import { setImmediate as nextTurn } from "node:timers/promises";
import { KafkaLog } from "../../adapters/kafka/kafka-log.ts";
import type { KeyedRecord } from "../../core/log/record.ts";

// CPU and wall time of the Kafka adapter alone: appending polls, and reading them back into records.
// node bench/kafka/throughput.ts [polls] [stations]; TEST_KAFKA_BROKERS says where the broker is. The topics stay.

const brokers = process.env.TEST_KAFKA_BROKERS?.split(",");
if (brokers === undefined)
  throw new Error("TEST_KAFKA_BROKERS is not set: start a broker with test/testbed/data-services/up.sh");
const polls = Number(process.argv[2] ?? 400);
const stations = Number(process.argv[3] ?? 1500);
const start = Date.UTC(2024, 10, 8);
const pipeline = `bench-${Date.now()}`;

const log = await KafkaLog.open({
  connection: { brokers, clientId: "bench" },
  pipeline,
  partitions: 3,
  replication: 1,
  minInsyncReplicas: 1,
  retentionMs: -1,
});

function pollRecords(n: number, at: number): KeyedRecord[] {
  return Array.from({ length: stations }, (_, i) => ({
    kind: "change",
    source: "paris",
    station: String(10_000 + i),
    at,
    bikes: (i + n) % 40,
    mechanical: (i + n) % 25,
    ebike: n % 15,
    docks: 40 - ((i + n) % 40),
    installed: true,
    renting: true,
    returning: true,
    capacity: 40,
    zone: "Paris 11e",
    reportedAt: at - 20_000,
  }));
}

const health = {
  polls: 1,
  frozenPolls: 0,
  longestFrozenRun: 0,
  clockBackwards: 0,
  overCapacity: 0,
  filledColumns: ["station", "bikes", "docks"],
  nullColumns: [],
  nullColumnPolls: 0,
  notInInformation: 0,
  notInStatus: 0,
};

async function measured(what: string, work: () => Promise<number>): Promise<void> {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const records = await work();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - wall) / 1000;
  const perMillion = (user + system) / records;
  console.log(
    `${what}: ${records} observations in ${seconds.toFixed(1)} s, ${Math.round(records / seconds)}/s, ` +
      `${perMillion.toFixed(2)} CPU s per million`,
  );
}

await measured("produce", async () => {
  for (let n = 0; n < polls; n++) {
    const at = start + n * 60_000;
    const marker = {
      kind: "poll" as const,
      source: "paris",
      at,
      holdMs: 600_000,
      observed: stations,
      changes: stations,
      movedAt: at,
      feedTime: at,
      health,
    };
    await log.append({ records: pollRecords(n, at), marker });
  }
  return polls * stations;
});

for (const round of [1, 2, 3]) {
  await measured(`consume ${round}`, async () => {
    let records = 0;
    const handler = {
      assigned: async () => null,
      batch: async ({ entries }: { entries: readonly unknown[] }) => {
        records += entries.length;
        await nextTurn();
      },
      revoked: async () => undefined,
    };
    await log.consume(`bench-${round}`, handler, { signal: new AbortController().signal, untilEnd: true });
    return records;
  });
}
await log.close();
