import type { ConnectionSettings } from "../../../adapters/kafka/client/connection-settings.ts";
import { withAdmin } from "../../../adapters/kafka/client/with-admin.ts";
import { KafkaLog, type KafkaLogOptions } from "../../../adapters/kafka/kafka-log.ts";
import { topicNames } from "../../../adapters/kafka/topic-names.ts";
import { uniqueName } from "../../contracts/opened.ts";

export function connectionTo(brokers: string[]): ConnectionSettings {
  return { brokers, clientId: "velib-test" };
}

/** What a test's log is like unless it says otherwise. */
export function logOptions(
  brokers: string[],
  pipeline = uniqueName("test"),
  overrides: Partial<KafkaLogOptions> = {},
): KafkaLogOptions {
  return {
    connection: connectionTo(brokers),
    pipeline,
    partitions: 3,
    replication: 1,
    minInsyncReplicas: 1,
    retentionMs: -1,
    sessionTimeoutMs: 6_000,
    outageMs: 20_000,
    ...overrides,
  };
}

export async function openLog(options: KafkaLogOptions): Promise<KafkaLog> {
  return KafkaLog.open(options);
}

/** Gives the topics of a test back to the broker. */
export async function dropTopics(brokers: string[], pipeline: string): Promise<void> {
  await withAdmin(connectionTo(brokers), "drop a test's topics", async (admin) => {
    const existing = new Set(await admin.listTopics());
    const topics = Object.values(topicNames(pipeline)).filter((topic) => existing.has(topic));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
}
