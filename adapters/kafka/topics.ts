import { setTimeout as sleep } from "node:timers/promises";

import type { ConnectionSettings } from "./client/connection-settings.ts";
import { KafkaError } from "./client/kafka-error.ts";
import { type Admin, topicResource, withAdmin } from "./client/with-admin.ts";

/** What a topic is to be like. */
export interface TopicSettings {
  topic: string;
  /** A topic that has more is taken as it is: partitions can be added, never removed. */
  partitions: number;
  replication: number;
  /** The broker's own settings by their names (`retention.ms`, `cleanup.policy`, `min.insync.replicas`). */
  config: Record<string, string>;
}

/**
 * Creates the topics that are missing and compares the others with what is asked for.
 * @throws VelibError VELIB_KAFKA_TOPIC when one differs: changing it is the cluster owner's decision
 */
export async function ensureTopics(connection: ConnectionSettings, wanted: readonly TopicSettings[]): Promise<void> {
  await withAdmin(connection, "create topics", async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = wanted.filter(({ topic }) => !existing.has(topic));
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: false,
        topics: missing.map(({ topic, partitions, replication, config }) => ({
          topic,
          numPartitions: partitions,
          replicationFactor: replication,
          configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
        })),
      });
      await known(
        admin,
        missing.map(({ topic }) => topic),
      );
    }
    const found = wanted.filter(({ topic }) => existing.has(topic));
    if (found.length === 0) return;

    const { topics } = await admin.fetchTopicMetadata({ topics: found.map(({ topic }) => topic) });
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: found.map(({ topic, config }) => ({
        type: topicResource,
        name: topic,
        configNames: Object.keys(config),
      })),
    });
    for (const settings of found) {
      const partitions = topics.find(({ name }) => name === settings.topic)?.partitions ?? [];
      const entries = resources.find(({ resourceName }) => resourceName === settings.topic)?.configEntries ?? [];
      const config = new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
      const differences = topicDifferences(settings, {
        partitions: partitions.length,
        replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        config,
      });
      if (differences.length === 0) continue;
      const message = `Kafka: topic ${settings.topic}: ${differences.join(", ")}; alter the topic, or the configuration to match it`;
      throw new KafkaError("VELIB_KAFKA_TOPIC", message);
    }
  });
}

/** How often, and how long apart in ms, a topic just made is looked for. */
const looks = 40;
const lookMs = 250;

/** Waits until the brokers know topics that were just made: for a moment they deny them. */
async function known(admin: Admin, topics: string[]): Promise<void> {
  for (let look = 1; ; look++) {
    try {
      const metadata = await admin.fetchTopicMetadata({ topics });
      if (metadata.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      if (look === looks) throw error;
    }
    if (look === looks) return;
    await sleep(lookMs);
  }
}

/** What of a topic is not as asked for; more partitions and more replicas than asked for are no difference. */
export function topicDifferences(
  wanted: TopicSettings,
  found: { partitions: number; replication: number; config: ReadonlyMap<string, string> },
): string[] {
  const differences: string[] = [];
  if (found.partitions < wanted.partitions) {
    differences.push(`expected ${wanted.partitions} partitions, got ${found.partitions}`);
  }
  if (found.replication < wanted.replication) {
    differences.push(`expected ${wanted.replication} replicas, got ${found.replication}`);
  }
  for (const [name, value] of Object.entries(wanted.config)) {
    const came = found.config.get(name);
    if (came !== value) differences.push(`expected ${name}=${value}, got ${came ?? "none"}`);
  }
  return differences;
}
