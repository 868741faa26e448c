import { MongoClient } from "mongodb";
import { CassandraHistory } from "../../adapters/cassandra/cassandra-history.ts";
import { KafkaDeadLetters } from "../../adapters/kafka/kafka-dead-letters.ts";
import { MongodbResults } from "../../adapters/mongodb/mongodb-results.ts";
import { dropKeyspace, optionsOf } from "../real/cassandra/fixtures.ts";
import { connectionTo, dropTopics } from "../real/kafka/kafka-pipeline.ts";
import type { Addresses } from "./addresses.ts";
import type { Tables } from "./undisturbed.ts";

/** Lends the tables of a pipeline on real servers. */
export async function withTables<T>(
  pipeline: string,
  { kafka, mongodb, cassandra }: Addresses,
  replication: number,
  use: (tables: Tables) => Promise<T>,
): Promise<T> {
  const results = await MongodbResults.open({ uri: mongodb, database: pipeline });
  const history = await CassandraHistory.open({
    ...optionsOf(addressOf(cassandra), keyspaceOf(pipeline)),
    consistency: "LOCAL_ONE",
  });
  const deadLetters = await KafkaDeadLetters.open({
    connection: connectionTo(kafka),
    pipeline,
    replication,
    minInsyncReplicas: Math.max(1, replication - 1),
    retentionMs: 5_000 * 86_400_000,
  });
  try {
    return await use({ results, history, deadLetters });
  } finally {
    await Promise.all([results.close(), history.close(), deadLetters.close()]);
  }
}

/** Throws a pipeline's topics, database and keyspace away. */
export async function dropAll(pipeline: string, { kafka, mongodb, cassandra }: Addresses): Promise<void> {
  await dropTopics(kafka, pipeline);
  await dropKeyspace(addressOf(cassandra), keyspaceOf(pipeline));
  const client = new MongoClient(mongodb);
  await client.db(pipeline).dropDatabase();
  await client.close();
}

function addressOf({ contactPoint, dataCenter }: Addresses["cassandra"]) {
  return { contactPoints: [contactPoint], dataCenter };
}

function keyspaceOf(pipeline: string): string {
  return pipeline.replaceAll("-", "_");
}
