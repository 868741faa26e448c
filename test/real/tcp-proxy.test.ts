import { Client as CassandraClient } from "cassandra-driver";
import { Kafka, logLevel, type Producer } from "kafkajs";
import { MongoClient } from "mongodb";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { openKafkaProxies } from "../testbed/faults/kafka-proxies.ts";
import { openTcpProxy, type TcpProxy } from "../testbed/faults/tcp-proxy.ts";
import { addressOf } from "../testbed/faults/testbed.ts";
import { until } from "../testbed/faults/until.ts";
import { describeWithOwnTestbed } from "./own-testbed.ts";
import { readTopic } from "./topic-reader.ts";

const TEST_MS = 60_000;

describeWithOwnTestbed(
  "a proxy between a client and its server",
  { services: ["kafka", "cassandra", "mongo"], portShift: 2040, proxied: true, kafkaSessionMs: 3_000 },
  (own) => {
    let line: TcpProxy;
    let direct: string[];
    let producer: Producer;
    const proxies: TcpProxy[] = [];

    beforeAll(async () => {
      const advertised = addressOf(own(), "TEST_KAFKA_PROXIED_BROKERS");
      proxies.push(...(await openKafkaProxies(advertised)));
      const first = proxies[0];
      if (first === undefined) throw new Error("no proxy for the broker");
      line = first;
      direct = addressOf(own(), "TEST_KAFKA_BROKERS").split(",");
      const admin = new Kafka({ brokers: direct, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      const topics = ["proxied", "retried", "refused"].map((topic) => ({ topic, numPartitions: 1 }));
      await admin.createTopics({ waitForLeaders: true, topics });
      await admin.disconnect();
      producer = new Kafka({
        brokers: advertised.split(","),
        logLevel: logLevel.NOTHING,
        requestTimeout: 5_000,
        connectionTimeout: 2_000,
        retry: { initialRetryTime: 50, retries: 8 },
      }).producer({ idempotent: true });
      await producer.connect();
    }, 60_000);

    afterEach(() => line.heal());

    afterAll(async () => {
      await producer?.disconnect();
      for (const proxy of proxies) await proxy.close();
    });

    async function openLineTo(host: string): Promise<TcpProxy> {
      const proxy = await openTcpProxy(0, { host: "127.0.0.1", port: Number(host.split(":")[1]) });
      proxies.push(proxy);
      return proxy;
    }

    async function elapsedMs(act: () => Promise<unknown>): Promise<number> {
      const start = performance.now();
      await act();
      return performance.now() - start;
    }

    it(
      "a Kafka client that comes in by the proxy is led to no direct address",
      async () => {
        const before = line.delivered("to-server");
        const value = "x".repeat(10_000);

        await producer.send({ topic: "proxied", messages: [{ value }] });

        expect(line.delivered("to-server") - before).toBeGreaterThan(value.length);
      },
      TEST_MS,
    );

    it(
      "an idempotent batch whose answer was lost is in the topic once after the client's retry",
      async () => {
        await producer.send({ topic: "retried", messages: [{ value: "before" }] });

        line.cut("to-client");
        const sending = producer.send({ topic: "retried", messages: [{ value: "lost answer" }] });
        await until("the answer in the proxy", () => (line.underWay("to-client") > 0 ? true : null), 10_000);
        const answers = line.underWay("to-client");
        line.reset();
        await line.heal();
        await sending;

        expect(answers, "bytes of the lost answer").toBeGreaterThan(0);
        expect(await readTopic(direct, "retried")).toEqual(["before", "lost answer"]);
      },
      TEST_MS,
    );

    it(
      "a send to a broker that refuses connections fails, and the next one after healing succeeds",
      async () => {
        await line.refuse();
        await expect(producer.send({ topic: "refused", messages: [{ value: "a" }] })).rejects.toThrow();
        await line.heal();

        await producer.send({ topic: "refused", messages: [{ value: "b" }] });

        expect(await readTopic(direct, "refused")).toContain("b");
      },
      TEST_MS,
    );

    it(
      "a delay is felt twice by a request and its answer, a throttle by a large batch",
      async () => {
        const send = (bytes: number) => producer.send({ topic: "proxied", messages: [{ value: "x".repeat(bytes) }] });
        await send(1);

        line.delay(300);
        expect(await elapsedMs(() => send(1))).toBeGreaterThanOrEqual(599);
        await line.heal();
        line.throttle(100_000);

        expect(await elapsedMs(() => send(100_000))).toBeGreaterThanOrEqual(999);
      },
      TEST_MS,
    );

    it(
      "a MongoDB client behind a cut line times out, and writes again when the line heals",
      async () => {
        const mongo = await openLineTo(new URL(addressOf(own(), "TEST_MONGODB_URI")).host);
        // the replica set names its own address: only a direct connection stays on the proxy
        const client = new MongoClient(`mongodb://127.0.0.1:${mongo.port}/?directConnection=true`, {
          // driver 7.9 ignores timeoutMS: without this a write into the cut line had not returned after 45 s
          socketTimeoutMS: 500,
          serverSelectionTimeoutMS: 5_000,
          retryWrites: false,
        });
        const numbers = client.db("faults").collection<{ _id: number }>("numbers", { writeConcern: { w: "majority" } });
        await numbers.insertOne({ _id: 1 });

        mongo.cut();
        await expect(numbers.insertOne({ _id: 2 })).rejects.toThrow("timed out");
        const written = mongo.underWay("to-server");
        await mongo.heal();
        await until("the next write", () => numbers.insertOne({ _id: 3 }), 30_000);

        const kept = (await numbers.find().toArray()).map(({ _id }) => _id);
        await client.close();
        expect(written, "bytes of the write held by the cut line").toBeGreaterThan(0);
        expect(kept).toEqual(expect.arrayContaining([1, 3]));
      },
      TEST_MS,
    );

    it(
      "a Cassandra client stays behind the proxy, gets a time-out from a cut line and goes on when it heals",
      async () => {
        const cassandra = await openLineTo(addressOf(own(), "TEST_CASSANDRA_CONTACT_POINTS"));
        const client = new CassandraClient({
          contactPoints: [`127.0.0.1:${cassandra.port}`],
          localDataCenter: addressOf(own(), "TEST_CASSANDRA_DATACENTER"),
          socketOptions: { readTimeout: 500 },
        });
        await client.connect();
        const ask = () => client.execute("select release_version from system.local");
        const before = cassandra.delivered("to-server");
        await ask();
        expect(cassandra.delivered("to-server")).toBeGreaterThan(before);

        cassandra.cut();
        await expect(ask()).rejects.toThrow();
        await cassandra.heal();

        expect((await until("an answer", ask, 30_000)).rowLength).toBe(1);
        await client.shutdown();
      },
      TEST_MS,
    );
  },
);
