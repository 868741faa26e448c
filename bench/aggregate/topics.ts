import type { Admin } from "kafkajs";
import { partitions } from "./load.ts";

/** Makes an empty topic that keeps records of any age: the recording's times are years ago. */
export async function createTopic(admin: Admin, topic: string): Promise<void> {
  const configEntries = [
    { name: "retention.ms", value: "-1" },
    { name: "max.message.bytes", value: "16777216" },
  ];
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
  });
}

/** Deletes the topics whose names start so, a program's own (change logs) with them. */
export async function deleteTopics(admin: Admin, prefix: string): Promise<void> {
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
  if (topics.length > 0) await admin.deleteTopics({ topics });
}

/** Offsets used in all partitions: records, and the control records of transactions where there are any. */
export async function sizeOf(admin: Admin, topic: string): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}
