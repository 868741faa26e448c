/**
 * How fast the users flow is, producer to Kafka to archiver to Cassandra, all clients in this process:
 *   eval "$(VELIB_TESTBED_JIT=full VELIB_CASSANDRA_HEAP=2g test/testbed/data-services/up.sh kafka cassandra)"
 *   node bench/users/users-rate.ts [--users 100000] [--results 5000] [--rounds 3]
 * The bodies of the users API are decoded and hashed too, only not fetched. One JSON line a round: users/s from the
 * first body to the last row acknowledged, client CPU seconds per million, memory after each fifth of the users.
 */
import { parseArgs } from "node:util";
import { CassandraUsers } from "../../adapters/cassandra/cassandra-users.ts";
import { KafkaDeadLetters } from "../../adapters/kafka/kafka-dead-letters.ts";
import { KafkaUserLog } from "../../adapters/kafka/kafka-user-log.ts";
import { decodeUsersBody } from "../../adapters/randomuser/users-body.ts";
import type { User, UserStore } from "../../core/ports/user-store.ts";
import { personalDataFilter } from "../../core/users/personal-data.ts";
import { createMetrics } from "../../services/metrics/metrics.ts";
import { usersBody } from "../../services/simulator/users-api.ts";
import { UsersArchiver } from "../../services/users/users-archiver.ts";
import { UsersProducer } from "../../services/users/users-producer.ts";
import { report } from "../report.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "100000" },
    results: { type: "string", default: "5000" },
    rounds: { type: "string", default: "3" },
  },
});
const brokers = process.env.TEST_KAFKA_BROKERS?.split(",");
const contactPoints = process.env.TEST_CASSANDRA_CONTACT_POINTS?.split(",");
const dataCenter = process.env.TEST_CASSANDRA_DATACENTER;
if (!brokers || !contactPoints || !dataCenter) {
  throw new Error('no servers: eval "$(test/testbed/data-services/up.sh kafka cassandra)"');
}
const pipeline = `bench_${Date.now()}`;
const connection = { brokers, clientId: "velib-bench" };
const replicas = { replication: 1, minInsyncReplicas: 1, retentionMs: 3_600_000 };
const log = await KafkaUserLog.open({ connection, pipeline, partitions: 3, ...replicas });
const deadLetters = await KafkaDeadLetters.open({ connection, pipeline, ...replicas });
const users = await CassandraUsers.open({
  contactPoints,
  localDataCenter: dataCenter,
  keyspace: pipeline,
  replication: { [dataCenter]: 1 },
});

/** Tells when so many users are acknowledged. */
class Milestone implements UserStore {
  #stored = 0;
  #awaited = Number.POSITIVE_INFINITY;
  #reached = () => {};

  async put(batch: readonly User[]): Promise<void> {
    await users.put(batch);
    this.#stored += batch.length;
    if (this.#stored >= this.#awaited) this.#reached();
  }

  reach(more: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = this.#stored + more;
    this.#reached = resolve;
    return promise;
  }

  user(id: string): Promise<User | null> {
    return users.user(id);
  }

  close(): Promise<void> {
    return users.close();
  }
}

const results = Number(values.results);
const pages = Math.ceil(Number(values.users) / results);
const fifth = Math.max(1, Math.ceil(pages / 5));
const metrics = createMetrics({ version: "bench" });
const filter = personalDataFilter({ email: "hash", phone: "hash", address: "hash" }, Buffer.alloc(32, "k"));
const producer = new UsersProducer(log, deadLetters, filter, metrics);
const store = new Milestone();
const stop = new AbortController();
const archiving = new UsersArchiver(store, deadLetters, metrics).run(log, stop.signal);

for (let round = 1; round <= Number(values.rounds); round++) {
  // What it costs to make people up is not the flow's: a few pages, each time with other ids.
  const bodies = Array.from({ length: Math.min(4, pages) }, (_, n) => bodyOf(`${round}-${n}`));
  const reached = store.reach(pages * results);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const memory: number[] = [];
  for (let page = 0; page < pages; page++) {
    await producer.take(decodeUsersBody(renumbered(bodies[page % bodies.length]!, round, page), true, Date.now(), []));
    if ((page + 1) % fifth === 0) memory.push(Math.round(process.memoryUsage.rss() / 2 ** 20));
  }
  const producedSeconds = (performance.now() - started) / 1000;
  await reached;
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const count = pages * results;
  report({
    benchmark: "users flow",
    case: `${results} a call`,
    round,
    users: count,
    users_per_second: Math.round(count / seconds),
    produced_per_second: Math.round(count / producedSeconds),
    client_cpu_seconds_per_million: Number(((user + system) / count).toFixed(1)),
    memory_mib: memory.join(" "),
  });
}
stop.abort();
await archiving;
await log.close();
await deadLetters.close();
await store.close();

function bodyOf(seed: string): string {
  const query = new URLSearchParams({ results: values.results, seed });
  return JSON.stringify(usersBody(query, seed, Date.now(), "https://pictures.example"));
}

/** The same people with other ids: the first eight digits of each are the round's and the page's. */
function renumbered(body: string, round: number, page: number): string {
  const prefix = (round * 2 ** 20 + page).toString(16).padStart(8, "0");
  return body.replace(/"uuid":"[0-9a-f]{8}/g, `"uuid":"${prefix}`);
}
