import { deletePipeline as deleteFromCassandra } from "../../adapters/cassandra/delete-pipeline.ts";
import { deletePipeline as deleteFromKafka } from "../../adapters/kafka/delete-pipeline.ts";
import { deletePipeline as deleteFromMongodb } from "../../adapters/mongodb/delete-pipeline.ts";
import { aggregatorGroup } from "../aggregator/aggregator.ts";
import { archiverGroup } from "../archiver/archiver.ts";
import { cassandraOptions, kafkaConnection, mongodbOptions } from "../backbone/connections.ts";
import type { BackboneConfig } from "../config/backbone-config.ts";
import { usersArchiverGroup } from "../users/users-archiver.ts";

const groups = [aggregatorGroup, archiverGroup, usersArchiverGroup];

/** In the order of deletion: a process that is still at work is noticed at the first. */
const deletions = {
  async *kafka(config: BackboneConfig) {
    const deleted = await deleteFromKafka(kafkaConnection(config, "forget"), config.pipeline, groups);
    for (const topic of deleted.topics) yield `Kafka topic ${topic}`;
    for (const group of deleted.groups) yield `Kafka consumer group ${group}`;
  },
  async *mongodb(config: BackboneConfig) {
    const options = mongodbOptions(config, "forget");
    const deleted = await deleteFromMongodb(options);
    for (const collection of deleted.collections) yield `MongoDB collection ${options.database}.${collection}`;
    if (deleted.database !== null) yield `MongoDB database ${deleted.database}`;
  },
  async *cassandra(config: BackboneConfig) {
    const options = cassandraOptions(config, "forget");
    const deleted = await deleteFromCassandra(options);
    for (const table of deleted.tables) yield `Cassandra table ${options.keyspace}.${table}`;
    if (deleted.keyspace !== null) yield `Cassandra keyspace ${deleted.keyspace}`;
  },
};

export type StoreName = keyof typeof deletions;

/** The stores that a configuration names. */
export function storesOf(config: BackboneConfig): StoreName[] {
  const stores: StoreName[] = ["kafka"];
  if (config.mongodb !== undefined) stores.push("mongodb");
  if (config.cassandra !== undefined) stores.push("cassandra");
  return stores;
}

/**
 * Deletes all that a pipeline keeps in some stores. Repeatable.
 * @returns what was deleted, in words, store by store
 * @throws VelibError of the store that can't be reached or refuses; VELIB_CONFIG_INVALID for one that is not configured
 */
export async function* forget(config: BackboneConfig, stores: readonly StoreName[]): AsyncGenerator<string> {
  const wanted: readonly StoreName[] = storesInOrder.filter((store) => stores.includes(store));
  for (const store of wanted) yield* deletions[store](config);
}

const storesInOrder: readonly StoreName[] = ["kafka", "mongodb", "cassandra"];
