import { randomBytes } from "node:crypto";
import { Client } from "cassandra-driver";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CassandraHistory } from "../../../adapters/cassandra/cassandra-history.ts";
import { MongodbResults } from "../../../adapters/mongodb/mongodb-results.ts";
import { aggregatorGroup } from "../../../services/aggregator/aggregator.ts";
import { cassandraOptions, mongodbOptions } from "../../../services/backbone/connections.ts";
import { openDeadLetters, openLog } from "../../../services/backbone/kafka.ts";
import { Readiness } from "../../../services/backbone/readiness.ts";
import type { BackboneConfig } from "../../../services/config/backbone-config.ts";
import { checkBackboneConfig } from "../../../services/config/load-backbone-config.ts";
import { forget, storesOf } from "../../../services/forget/forget.ts";
import { describeReal } from "../servers.ts";

describeReal("velib forget", ["kafka", "mongodb", "cassandra"], ({ kafka, mongodb, cassandra }) => {
  const { contactPoints, dataCenter } = cassandra;
  let mongo: MongoClient;
  let cql: Client;

  beforeAll(async () => {
    mongo = await MongoClient.connect(mongodb);
    cql = new Client({ contactPoints, localDataCenter: dataCenter });
    await cql.connect();
  });

  afterAll(async () => {
    await mongo.close();
    await cql.shutdown();
  });

  /** A pipeline of its own, as its processes make it at their start, with one group at work. */
  async function startPipeline() {
    const config = checkBackboneConfig(
      {
        pipeline: `forget-${randomBytes(4).toString("hex")}`,
        kafka: { bootstrapServers: kafka },
        mongodb: { uri: mongodb },
        cassandra: { contactPoints, localDataCenter: dataCenter, replication: { [dataCenter]: 1 } },
      },
      "test",
    );
    const context = { config, readiness: new Readiness() };
    const log = await openLog(context, "test");
    const deadLetters = await openDeadLetters(context, "test");
    const results = await MongodbResults.open(mongodbOptions(config, "test"));
    const history = await CassandraHistory.open(cassandraOptions(config, "test"));
    return { config, log, close: () => Promise.all([log, deadLetters, results, history].map((one) => one.close())) };
  }

  async function deleted(config: BackboneConfig): Promise<string[]> {
    return Array.fromAsync(forget(config, storesOf(config)));
  }

  it("deletes what the pipeline keeps, says what that was, and finds nothing the second time", async () => {
    const { config, close } = await startPipeline();
    const keyspace = config.pipeline.replaceAll("-", "_");
    await close();

    const first = await deleted(config);
    const second = await deleted(config);

    expect(first).toContain(`Kafka topic ${config.pipeline}.observations`);
    expect(first).toContain(`MongoDB collection ${config.pipeline}.zone_averages`);
    expect(first).toContain(`MongoDB database ${config.pipeline}`);
    expect(first).toContain(`Cassandra table ${keyspace}.polls`);
    expect(first).toContain(`Cassandra keyspace ${keyspace}`);
    expect(second).toEqual([]);
    const { databases } = await mongo.db("admin").admin().listDatabases({ nameOnly: true });
    expect(databases.map(({ name }) => name)).not.toContain(config.pipeline);
  }, 120_000);

  it("leaves what others keep beside it", async () => {
    const { config, close } = await startPipeline();
    const keyspace = config.pipeline.replaceAll("-", "_");
    await close();
    await mongo.db(config.pipeline).collection<{ _id: string }>("notes").insertOne({ _id: "mine" });
    await cql.execute(`CREATE TABLE ${keyspace}.notes (id text PRIMARY KEY)`);

    const lines = await deleted(config);

    expect(lines.filter((line) => /notes|keyspace|database/.test(line))).toEqual([]);
    expect(await mongo.db(config.pipeline).collection("notes").countDocuments()).toBe(1);
    expect((await cql.execute(`SELECT * FROM ${keyspace}.notes`)).rowLength).toBe(0);
    await mongo.db(config.pipeline).dropDatabase();
    await cql.execute(`DROP KEYSPACE ${keyspace}`);
  }, 120_000);

  it("deletes nothing while a consumer is at work", async () => {
    const { config, log, close } = await startPipeline();
    const stop = new AbortController();
    const assigned = Promise.withResolvers<void>();
    const consuming = log.consume(
      aggregatorGroup,
      {
        assigned: async () => {
          assigned.resolve();
          return null;
        },
        batch: async () => {},
        revoked: async () => {},
      },
      { signal: stop.signal },
    );
    await assigned.promise;

    await expect(deleted(config)).rejects.toMatchObject({
      code: "VELIB_KAFKA_REQUEST",
      message: expect.stringContaining("still at work"),
    });
    stop.abort();
    await consuming;
    await close();

    expect(await deleted(config)).toContain(`Kafka topic ${config.pipeline}.observations`);
  }, 120_000);
});
