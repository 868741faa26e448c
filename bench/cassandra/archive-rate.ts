/**
 * How fast one Cassandra node takes in observations and users:
 *   VELIB_TESTBED_JIT=full VELIB_CASSANDRA_HEAP=2g test/testbed/data-services/up.sh cassandra
 *   node bench/cassandra/archive-rate.ts [--observations 1000000] [--users 40000] [--stations 1500]
 * Live shape: a poll of every station at a time, each in its own partition of observations_by_station. Back-fill:
 * half an hour of polls at a time. One JSON line a run: rows/s, client CPU seconds per million, and the
 * client's greatest memory in each quarter of the run: flat when the last is no more than the second.
 */
import { parseArgs } from "node:util";
import { CassandraHistory } from "../../adapters/cassandra/cassandra-history.ts";
import { CassandraUsers } from "../../adapters/cassandra/cassandra-users.ts";
import type { ObservationRecord } from "../../core/log/record.ts";
import type { User } from "../../core/ports/user-store.ts";

const { values } = parseArgs({
  options: {
    observations: { type: "string", default: "1000000" },
    users: { type: "string", default: "40000" },
    stations: { type: "string", default: "1500" },
    shapes: { type: "string", default: "live,backfill,users" },
  },
});
const contactPoint = process.env.TEST_CASSANDRA_CONTACT_POINTS;
const dataCenter = process.env.TEST_CASSANDRA_DATACENTER;
if (!contactPoint || !dataCenter) {
  throw new Error('no Cassandra: eval "$(test/testbed/data-services/up.sh cassandra)"');
}
const options = {
  contactPoints: [contactPoint],
  localDataCenter: dataCenter,
  keyspace: `bench_${Date.now()}`,
  replication: { [dataCenter]: 1 },
};
const stations = Number(values.stations);
const minuteMs = 60_000;

function poll(at: number): ObservationRecord[] {
  return Array.from({ length: stations }, (_, n) => {
    const bikes = (n + at / minuteMs) % 40;
    return {
      kind: "change",
      source: "paris",
      station: String(10_000 + n),
      at,
      bikes,
      mechanical: Math.floor(bikes / 2),
      ebike: Math.ceil(bikes / 2),
      docks: 40 - bikes,
      installed: true,
      renting: true,
      returning: true,
      capacity: 40,
      zone: `Paris ${n % 20}e`,
      reportedAt: at - 30_000,
    };
  });
}

async function measure(shape: string, count: number, work: () => Promise<void>): Promise<void> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const resident: number[] = [];
  const watch = setInterval(() => resident.push(process.memoryUsage.rss()), 250);
  await work();
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    JSON.stringify({
      shape,
      rows: count,
      seconds: Number(seconds.toFixed(1)),
      rowsPerSecond: Math.round(count / seconds),
      clientCpuSecondsPerMillion: Number(((user + system) / count).toFixed(1)),
      peakMiBByQuarter: quarters(resident).map((bytes) => Math.round(bytes / 2 ** 20)),
    }),
  );
}

/** The greatest sample of each quarter of the run. */
function quarters(samples: readonly number[]): number[] {
  const length = Math.max(1, Math.ceil(samples.length / 4));
  return [0, 1, 2, 3].map((n) => Math.max(0, ...samples.slice(n * length, (n + 1) * length)));
}

async function archive(history: CassandraHistory, start: number, pollsAtOnce: number): Promise<void> {
  const polls = Math.ceil(Number(values.observations) / stations);
  for (let done = 0; done < polls; done += pollsAtOnce) {
    const times = Array.from({ length: Math.min(pollsAtOnce, polls - done) }, (_, n) => start + (done + n) * minuteMs);
    await history.append({ observations: times.flatMap(poll), polls: [], partition: 0, offset: BigInt(done) });
  }
}

const history = await CassandraHistory.open(options);
const shapes = values.shapes.split(",");
const count = Math.ceil(Number(values.observations) / stations) * stations;
if (shapes.includes("live")) await measure("live", count, () => archive(history, Date.UTC(2024, 10, 1), 1));
if (shapes.includes("backfill")) await measure("backfill", count, () => archive(history, Date.UTC(2025, 5, 1), 30));
await history.close();

if (shapes.includes("users")) {
  const users = await CassandraUsers.open(options);
  const total = Number(values.users);
  await measure("users", total, async () => {
    for (let done = 0; done < total; done += 1000) {
      await users.put(Array.from({ length: Math.min(1000, total - done) }, (_, n) => user(done + n)));
    }
  });
  await users.close();
}

function user(n: number): User {
  return {
    id: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
    firstName: "Élise",
    lastName: `Le Roy ${n}`,
    gender: "female",
    dateOfBirth: "1984-02-29",
    address: `${n} Rue des Lilas, 75011 Paris, France`,
    postCode: "75011",
    email: `elise.${n}@example.com`,
    phone: "01-99-00-12-34",
    username: `silverbird${n}`,
    registeredAt: Date.UTC(2019, 4, 6, 7, 8, 9),
    picture: "https://pictures.example/women/7.svg",
    contract: null,
  };
}
