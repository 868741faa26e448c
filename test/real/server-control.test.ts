import { setImmediate as otherWork } from "node:timers/promises";
import { Client as CassandraClient } from "cassandra-driver";
import { Kafka, logLevel, type Producer } from "kafkajs";
import { MongoClient } from "mongodb";
import { expect, it } from "vitest";
import { uniqueName } from "../contracts/opened.ts";
import { waitForCassandra, waitForKafka, waitForMongo, waitForRegistry } from "../testbed/faults/readiness.ts";
import { serverOf } from "../testbed/faults/server.ts";
import { addressOf } from "../testbed/faults/testbed.ts";
import { until } from "../testbed/faults/until.ts";
import { describeWithOwnTestbed } from "./own-testbed.ts";
import { readTopic } from "./topic-reader.ts";

const TEST_MS = 180_000;

/** Calls `send` with 0, 1, 2 … until `stop` is called; gives the numbers that were acknowledged. */
function sendUntilStopped(send: (n: number) => Promise<unknown>) {
  const acknowledged: number[] = [];
  let stopped = false;
  const done = (async () => {
    for (let n = 0; !stopped; n++) {
      try {
        await send(n);
        acknowledged.push(n);
      } catch {
        // The fault: not acknowledged, so nothing is promised for n. A driver that knows its server down rejects within
        // the same turn of the event loop; without a break no timer or socket would ever have its turn again.
        await otherWork();
      }
    }
  })();
  return {
    acknowledged,
    reached: (count: number) =>
      until(`${count} acknowledged`, () => (acknowledged.length >= count ? true : null), 60_000),
    async stop() {
      stopped = true;
      await done;
    },
  };
}

/**
 * An idempotent sender whose producer is replaced after each failure: kafkajs gives the sequence numbers of a batch
 * that failed to the next one. Were the failed one in the log after all, the leader would take the next for its
 * repetition, acknowledge it and drop it.
 */
function idempotentSender(kafka: Kafka, topic: string) {
  let producer: Producer | null = null;
  return {
    async send(value: string) {
      const fresh = producer === null;
      const sending = producer ?? kafka.producer({ idempotent: true });
      producer = null;
      try {
        if (fresh) await sending.connect();
        await sending.send({ topic, messages: [{ value }] });
        producer = sending;
      } catch (error) {
        await sending.disconnect();
        throw error;
      }
    },
    async close() {
      await producer?.disconnect();
    },
  };
}

describeWithOwnTestbed(
  "killing and restarting single servers",
  {
    services: ["kafka", "cassandra", "mongo", "registry"],
    portShift: 2000,
    kafkaSessionMs: 3_000,
    cassandraCommitlog: "batch",
  },
  (own) => {
    it(
      "a broker killed with -9 comes back with every acknowledged record",
      async () => {
        const brokers = addressOf(own(), "TEST_KAFKA_BROKERS").split(",");
        const broker = serverOf(own().runDir, "kafka");
        const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } });
        const topic = uniqueName("kept");
        const admin = kafka.admin();
        await admin.connect();
        await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] });
        await admin.disconnect();
        const producer = kafka.producer();
        await producer.connect();
        const sending = sendUntilStopped((n) => producer.send({ topic, acks: -1, messages: [{ value: String(n) }] }));
        await sending.reached(200);

        await broker.kill();
        await sending.stop();
        await producer.disconnect();
        await broker.restart();
        await waitForKafka(brokers);

        const kept = new Set(await readTopic(brokers, topic));
        expect(sending.acknowledged.filter((n) => !kept.has(String(n)))).toEqual([]);
      },
      TEST_MS,
    );

    it(
      "mongod killed with -9 comes back with every write acknowledged by the majority",
      async () => {
        const uri = addressOf(own(), "TEST_MONGODB_URI");
        const mongod = serverOf(own().runDir, "mongo");
        const client = new MongoClient(uri, { retryWrites: false, serverSelectionTimeoutMS: 500 });
        const numbers = client
          .db(uniqueName("faults"))
          .collection<{ _id: number }>("numbers", { writeConcern: { w: "majority" } });
        const sending = sendUntilStopped((n) => numbers.insertOne({ _id: n }));
        await sending.reached(200);

        await mongod.kill();
        await sending.stop();
        await mongod.restart();
        await waitForMongo(uri);

        const kept = new Set((await numbers.find().toArray()).map(({ _id }) => _id));
        await client.close();
        expect(sending.acknowledged.filter((n) => !kept.has(n))).toEqual([]);
      },
      TEST_MS,
    );

    it(
      "Cassandra killed with -9 comes back with every acknowledged row when its commit log is synced per batch",
      async () => {
        const contactPoint = addressOf(own(), "TEST_CASSANDRA_CONTACT_POINTS");
        const dataCenter = addressOf(own(), "TEST_CASSANDRA_DATACENTER");
        const cassandra = serverOf(own().runDir, "cassandra");
        const options = { contactPoints: [contactPoint], localDataCenter: dataCenter };
        const before = new CassandraClient({ ...options, socketOptions: { readTimeout: 2_000 } });
        const keyspace = uniqueName("faults");
        await before.execute(
          `create keyspace ${keyspace} with replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
        );
        await before.execute(`create table ${keyspace}.numbers (n int primary key)`);
        const sending = sendUntilStopped((n) =>
          before.execute(`insert into ${keyspace}.numbers (n) values (?)`, [n], { prepare: true }),
        );
        await sending.reached(200);

        await cassandra.kill();
        await sending.stop();
        await before.shutdown();
        await cassandra.restart();
        await waitForCassandra(contactPoint, dataCenter);

        const after = new CassandraClient(options);
        const answer = await after.execute(`select n from ${keyspace}.numbers`, [], {
          prepare: true,
          fetchSize: 100_000,
        });
        await after.shutdown();
        const kept = new Set(answer.rows.map((row) => Number(row.get("n"))));
        expect(sending.acknowledged.filter((n) => !kept.has(n))).toEqual([]);
      },
      TEST_MS,
    );

    it(
      "the registry comes back after a kill, empty as it keeps its schemas in memory",
      async () => {
        const url = addressOf(own(), "TEST_SCHEMA_REGISTRY_URL");
        const registry = serverOf(own().runDir, "registry");
        await fetch(`${url}/subjects/kept-value/versions`, {
          method: "POST",
          headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
          body: JSON.stringify({ schema: '"string"' }),
        });

        await registry.kill();
        await registry.restart();
        await waitForRegistry(url);

        expect(await (await fetch(`${url}/subjects`)).json()).toEqual([]);
      },
      TEST_MS,
    );
  },
);

describeWithOwnTestbed(
  "killing and suspending one of three brokers",
  { services: ["kafka3"], portShift: 2020, kafkaSessionMs: 3_000 },
  (own) => {
    it(
      "loses no acknowledged record when the leader is killed, and leads on elsewhere",
      async () => {
        const brokers = addressOf(own(), "TEST_KAFKA3_BROKERS").split(",");
        const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, requestTimeout: 3_000, retry: { retries: 3 } });
        const admin = kafka.admin();
        const topic = uniqueName("kept");
        await admin.connect();
        await admin.createTopics({
          waitForLeaders: true,
          topics: [{ topic, replicaAssignment: [{ partition: 0, replicas: [1, 2, 3] }] }],
        });
        const sender = idempotentSender(kafka, topic);
        const sending = sendUntilStopped((n) => sender.send(String(n)));
        await sending.reached(100);
        const leader = serverOf(own().runDir, "kafka3-1");

        await leader.kill();
        const atTheKill = sending.acknowledged.length;
        await sending.reached(atTheKill + 100);
        await leader.restart();
        await waitForKafka(brokers);
        await sending.stop();
        await sender.close();
        await admin.disconnect();

        const records = await readTopic(brokers, topic);
        const kept = new Set(records);
        expect(sending.acknowledged.filter((n) => !kept.has(String(n)))).toEqual([]);
        expect(records.length - kept.size, "records twice").toBe(0);
      },
      TEST_MS,
    );

    it(
      "moves the leadership away from a broker suspended beyond its session, and takes it back in when it wakes up",
      async () => {
        const brokers = addressOf(own(), "TEST_KAFKA3_BROKERS").split(",");
        const suspended = serverOf(own().runDir, "kafka3-2");
        const others = brokers.filter((_, index) => index !== 1);
        const admin = new Kafka({ brokers: others, logLevel: logLevel.NOTHING, requestTimeout: 3_000 }).admin();
        const topic = uniqueName("led");
        await admin.connect();
        await admin.createTopics({
          waitForLeaders: true,
          topics: [{ topic, replicaAssignment: [{ partition: 0, replicas: [2, 3, 1] }] }],
        });
        const partition = async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions[0];
        expect((await partition())?.leader).toBe(2);

        await suspended.suspend();
        await until("another leader", async () => ((await partition())?.leader === 3 ? true : null), 60_000);
        await suspended.resume();
        await waitForKafka(brokers);

        await until("all in sync", async () => ((await partition())?.isr.length === 3 ? true : null), 60_000);
        await admin.disconnect();
      },
      TEST_MS,
    );
  },
);
