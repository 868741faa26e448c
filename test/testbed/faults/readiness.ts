import { Client as CassandraClient } from "cassandra-driver";
import { Kafka, logLevel } from "kafkajs";
import { MongoClient } from "mongodb";
import { until } from "./until.ts";

const READY_MS = 120_000;

/**
 * Resolves when every one of the brokers (host:port as advertised) answers, and each sees all of them unfenced and a
 * controller. A broker that was killed is listed by the others until its session ends (9 s), hence each one is asked.
 */
export async function waitForKafka(brokers: readonly string[], timeoutMs = READY_MS): Promise<void> {
  for (const broker of brokers) {
    await until(
      `Kafka at ${broker} ready`,
      async () => {
        const listed = await unfencedBrokers(broker);
        return brokers.every((address) => listed.includes(address)) ? true : null;
      },
      timeoutMs,
      100,
    );
  }
}

async function unfencedBrokers(broker: string): Promise<string[]> {
  const admin = new Kafka({
    brokers: [broker],
    clientId: "readiness",
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    return cluster.controller === null ? [] : cluster.brokers.map(({ host, port }) => `${host}:${port}`);
  } finally {
    await admin.disconnect();
  }
}

/** Resolves when the replica set of the URI has a primary that answers. */
export async function waitForMongo(uri: string, timeoutMs = READY_MS): Promise<void> {
  await until(
    "MongoDB's primary",
    async () => {
      // a client of its own each time: one whose first server selection failed stays closed
      const client = new MongoClient(uri, { serverSelectionTimeoutMS: 2_000, connectTimeoutMS: 2_000 });
      try {
        return (await client.db("admin").command({ hello: 1 })).isWritablePrimary || null;
      } finally {
        await client.close();
      }
    },
    timeoutMs,
    100,
  );
}

/** Resolves when the node answers a CQL query. */
export async function waitForCassandra(contactPoint: string, dataCenter: string, timeoutMs = READY_MS): Promise<void> {
  await until(
    `Cassandra at ${contactPoint} ready`,
    async () => {
      const client = new CassandraClient({
        contactPoints: [contactPoint],
        localDataCenter: dataCenter,
        socketOptions: { connectTimeout: 2_000, readTimeout: 2_000 },
      });
      try {
        await client.connect();
        const answer = await client.execute("select release_version from system.local");
        return answer.rowLength === 1 ? true : null;
      } finally {
        await client.shutdown();
      }
    },
    timeoutMs,
    200,
  );
}

/** Resolves when the schema registry lists its subjects. */
export async function waitForRegistry(url: string, timeoutMs = READY_MS): Promise<void> {
  await until(
    `the schema registry at ${url} ready`,
    async () => ((await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2_000) })).ok ? true : null),
    timeoutMs,
    100,
  );
}
