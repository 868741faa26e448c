import { withAdmin } from "../../../adapters/kafka/client/with-admin.ts";
import { type KafkaUserLogOptions, usersTopic } from "../../../adapters/kafka/kafka-user-log.ts";
import { topicNames } from "../../../adapters/kafka/topic-names.ts";
import { type Address, plainClient } from "../cassandra/fixtures.ts";
import { connectionTo } from "../kafka/kafka-pipeline.ts";

/** What a test's users topic is like. */
export function userLogOptions(brokers: string[], pipeline: string): KafkaUserLogOptions {
  return {
    connection: connectionTo(brokers),
    pipeline,
    partitions: 3,
    replication: 1,
    minInsyncReplicas: 1,
    retentionMs: -1,
    sessionTimeoutMs: 6_000,
    outageMs: 20_000,
  };
}

/** Gives the topics of a users flow back to the broker. */
export async function dropUserTopics(brokers: string[], pipeline: string): Promise<void> {
  await withAdmin(connectionTo(brokers), "drop a test's topics", async (admin) => {
    const existing = new Set(await admin.listTopics());
    const topics = [usersTopic(pipeline), topicNames(pipeline).deadLetters].filter((topic) => existing.has(topic));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
}

/** The ids in the users table, as any other program reads them. */
export async function storedIds(address: Address, keyspace: string): Promise<string[]> {
  const client = plainClient(address);
  try {
    const ids: string[] = [];
    let pageState: string | undefined;
    do {
      const options = { fetchSize: 5_000, ...(pageState === undefined ? {} : { pageState }) };
      const page = await client.execute(`SELECT id FROM ${keyspace}.users`, [], options);
      for (const row of page.rows) ids.push(String(row.get("id")));
      pageState = page.pageState ?? undefined;
    } while (pageState !== undefined);
    return ids;
  } finally {
    await client.shutdown();
  }
}
