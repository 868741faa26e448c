/**
 * A users archiver as a process of its own, for tests that kill it:
 *   node test/real/users/archive-users.ts <pipeline> <keyspace>
 * Prints a line "archived N" a batch; ends on SIGTERM.
 */
import { CassandraUsers } from "../../../adapters/cassandra/cassandra-users.ts";
import { KafkaDeadLetters } from "../../../adapters/kafka/kafka-dead-letters.ts";
import { KafkaUserLog } from "../../../adapters/kafka/kafka-user-log.ts";
import type { User, UserStore } from "../../../core/ports/user-store.ts";
import { createMetrics } from "../../../services/metrics/metrics.ts";
import { UsersArchiver } from "../../../services/users/users-archiver.ts";
import { optionsOf } from "../cassandra/fixtures.ts";
import { userLogOptions } from "./users-pipeline.ts";

/** Tells how many users it was given. */
class CountingStore implements UserStore {
  readonly #store: UserStore;
  #count = 0;

  constructor(store: UserStore) {
    this.#store = store;
  }

  async put(users: readonly User[]): Promise<void> {
    await this.#store.put(users);
    this.#count += users.length;
    console.log(`archived ${this.#count}`);
  }

  user(id: string): Promise<User | null> {
    return this.#store.user(id);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

const [pipeline, keyspace] = process.argv.slice(2);
const brokers = process.env.TEST_KAFKA_BROKERS?.split(",");
const contactPoint = process.env.TEST_CASSANDRA_CONTACT_POINTS;
const dataCenter = process.env.TEST_CASSANDRA_DATACENTER;
if (!pipeline || !keyspace || !brokers || !contactPoint || !dataCenter) {
  throw new Error("give a pipeline and a keyspace; TEST_KAFKA_BROKERS and TEST_CASSANDRA_* say where the servers are");
}
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());

const log = await KafkaUserLog.open(userLogOptions(brokers, pipeline));
const deadLetters = await KafkaDeadLetters.open({
  connection: userLogOptions(brokers, pipeline).connection,
  pipeline,
  replication: 1,
  minInsyncReplicas: 1,
  retentionMs: -1,
});
const store = new CountingStore(
  await CassandraUsers.open(optionsOf({ contactPoints: contactPoint.split(","), dataCenter }, keyspace)),
);
await new UsersArchiver(store, deadLetters, createMetrics({ version: "test" })).run(log, stop.signal);
await log.close();
await deadLetters.close();
await store.close();
