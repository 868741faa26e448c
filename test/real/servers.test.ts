import { readFileSync } from "node:fs";
import { SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import { Client as CassandraClient } from "cassandra-driver";
import { Kafka, type KafkaConfig, logLevel } from "kafkajs";
import { MongoClient } from "mongodb";
import { expect, it } from "vitest";
import { describeReal } from "./servers.ts";

async function brokerCount(config: KafkaConfig): Promise<number> {
  const admin = new Kafka({ ...config, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { brokers } = await admin.describeCluster();
  await admin.disconnect();
  return brokers.length;
}

describeReal("the single Kafka broker", ["kafka", "kafkaSasl"], (addresses) => {
  it("answers on the plain listener", async () => {
    expect(await brokerCount({ brokers: addresses.kafka })).toBe(1);
  });

  it("answers on SASL_SSL to its user, by the authority's certificate", async () => {
    const { brokers, username, password, mechanism, caFile } = addresses.kafkaSasl;
    expect(mechanism).toBe("scram-sha-512");

    const count = await brokerCount({
      brokers,
      ssl: { ca: [readFileSync(caFile, "utf8")] },
      sasl: { mechanism: "scram-sha-512", username, password },
    });

    expect(count).toBe(1);
  });

  it("is not told to a suite that did not name it", () => {
    expect(() => addresses.mongodb).toThrow('name "mongodb" among the needs');
  });
});

describeReal("the three Kafka brokers", ["kafka3"], (addresses) => {
  it("are one cluster", async () => {
    expect(await brokerCount({ brokers: addresses.kafka3 })).toBe(3);
  });
});

describeReal("MongoDB", ["mongodb"], (addresses) => {
  it("is a replica set, so that transactions work", async () => {
    const client = new MongoClient(addresses.mongodb);
    const collection = client.db("servers").collection<{ _id: number }>("probe");
    await collection.drop();

    await client.withSession((session) =>
      session.withTransaction(async () => {
        await collection.insertOne({ _id: 1 }, { session });
      }),
    );

    expect(await collection.countDocuments()).toBe(1);
    await client.close();
  });
});

describeReal("Cassandra", ["cassandra"], (addresses) => {
  it("answers CQL in the data center named", async () => {
    const { contactPoints, dataCenter } = addresses.cassandra;
    const client = new CassandraClient({ contactPoints, localDataCenter: dataCenter });

    const answer = await client.execute("select data_center from system.local");

    expect(answer.first()?.get("data_center")).toBe(dataCenter);
    await client.shutdown();
  });
});

describeReal("the schema registry", ["registry"], (addresses) => {
  it("refuses a schema that could not read what was written before", async () => {
    const registry = new SchemaRegistry({ host: addresses.registry });
    const subject = `servers-${crypto.randomUUID()}`;
    const schema = (type: string) =>
      JSON.stringify({ type: "record", name: "Probe", namespace: "velib", fields: [{ name: "bikes", type }] });
    await registry.register({ type: SchemaType.AVRO, schema: schema("int") }, { subject });

    await expect(registry.register({ type: SchemaType.AVRO, schema: schema("string") }, { subject })).rejects.toThrow();
  });
});
