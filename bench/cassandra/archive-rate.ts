/**
 * How fast one Cassandra node takes in observations and users:
 *   VELIB_TESTBED_JIT=full VELIB_CASSANDRA_HEAP=2g test/testbed/data-services/up.sh cassandra
 *   node bench/cassandra/archive-rate.ts [--observations 1000000] [--users 40000] [--stations 1500]
 * Live shape: a poll of every station at a time, each in its own partition of observations_by_station. Back-fill:
 * half an hour of polls at a time. One JSON line a run: rows/s, client CPU seconds per million, and the client's greatest
 * memory within each million rows (each quarter of a run of less): flat when the last is no more than the second.
 */
import { parseArgs } from "node:util";
import { CassandraHistory } from "../../adapters/cassandra/cassandra-history.ts";
import { CassandraUsers } from "../../adapters/cassandra/cassandra-users.ts";
import type { User } from "../../core/ports/user-store.ts";
import { observationsAt } from "./made-up-poll.ts";

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

/** Does work that tells the rows done, and says what it cost. */
async function measure(shape: string, count: number, work: (tell: (done: number) => void) => Promise<void>) {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const stretch = Math.min(1_000_000, Math.ceil(count / 4));
  const peaks: number[] = [];
  let done = 0;
  const look = () => {
    const n = Math.floor(done / stretch);
    peaks[n] = Math.max(peaks[n] ?? 0, process.memoryUsage.rss());
  };
  const watch = setInterval(look, 100);
  await work((rows) => {
    look();
    done = rows;
  });
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
      rowsAStretch: stretch,
      peakMiBByStretch: peaks.map((bytes) => Math.round(bytes / 2 ** 20)),
    }),
  );
}

async function archive(
  history: CassandraHistory,
  start: number,
  pollsAtOnce: number,
  tell: (done: number) => void,
): Promise<void> {
  const polls = Math.ceil(Number(values.observations) / stations);
  for (let done = 0; done < polls; done += pollsAtOnce) {
    const times = Array.from({ length: Math.min(pollsAtOnce, polls - done) }, (_, n) => start + (done + n) * minuteMs);
    await history.append({
      observations: times.flatMap((at) => observationsAt(at, stations)),
      polls: [],
      partition: 0,
      offset: BigInt(done),
    });
    tell((done + times.length) * stations);
  }
}

const history = await CassandraHistory.open(options);
const shapes = values.shapes.split(",");
const count = Math.ceil(Number(values.observations) / stations) * stations;
if (shapes.includes("live")) await measure("live", count, (tell) => archive(history, Date.UTC(2024, 10, 1), 1, tell));
if (shapes.includes("backfill"))
  await measure("backfill", count, (tell) => archive(history, Date.UTC(2025, 5, 1), 30, tell));
await history.close();

if (shapes.includes("users")) {
  const users = await CassandraUsers.open(options);
  const total = Number(values.users);
  await measure("users", total, async (tell) => {
    for (let done = 0; done < total; done += 1000) {
      await users.put(Array.from({ length: Math.min(1000, total - done) }, (_, n) => user(done + n)));
      tell(Math.min(total, done + 1000));
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
