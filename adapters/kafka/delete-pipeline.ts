import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionSettings } from "./client/connection-settings.ts";
import { KafkaError } from "./client/kafka-error.ts";
import { type Admin, withAdmin } from "./client/with-admin.ts";
import { usersTopic } from "./kafka-user-log.ts";
import { groupName, resultTopics, topicNames } from "./topic-names.ts";

/** How often, and how long apart in ms, a topic that is being deleted is looked for. */
const looks = 40;
const lookMs = 250;

/**
 * Deletes a pipeline's topics and the offsets of its consumer groups. Repeatable: what is gone is passed over.
 * @param groups the groups' names within the pipeline
 * @returns the topics and groups that were there
 * @throws VelibError VELIB_KAFKA_*; VELIB_KAFKA_REQUEST, before anything is deleted, while a group has members
 */
export async function deletePipeline(
  connection: ConnectionSettings,
  pipeline: string,
  groups: readonly string[],
): Promise<{ topics: string[]; groups: string[] }> {
  return withAdmin(connection, `delete the topics of ${pipeline}`, async (admin) => {
    const listed = await admin.listGroups();
    const ids = new Set(listed.groups.map(({ groupId }) => groupId));
    const ours = groups.map((group) => groupName(pipeline, group)).filter((group) => ids.has(group));
    await assertIdle(admin, ours, connection);
    const existing = new Set(await admin.listTopics());
    const topics = topicsOf(pipeline).filter((topic) => existing.has(topic));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    if (ours.length > 0) await admin.deleteGroups(ours);
    await gone(admin, topics, connection);
    return { topics, groups: ours };
  });
}

function topicsOf(pipeline: string): string[] {
  return [...Object.values(topicNames(pipeline)), ...Object.values(resultTopics(pipeline)), usersTopic(pipeline)];
}

/** A process that is still at work would make the topics anew. */
async function assertIdle(admin: Admin, groups: string[], { brokers }: ConnectionSettings): Promise<void> {
  if (groups.length === 0) return;
  const { groups: described } = await admin.describeGroups(groups);
  const busy = described.filter(({ members }) => members.length > 0).map(({ groupId }) => groupId);
  if (busy.length === 0) return;
  const message = `Kafka at ${brokers.join(",")}: ${busy.join(", ")} still at work; stop the pipeline's processes, then try again`;
  throw new KafkaError("VELIB_KAFKA_REQUEST", message);
}

async function gone(admin: Admin, topics: readonly string[], { brokers }: ConnectionSettings): Promise<void> {
  for (let look = 1; ; look++) {
    const existing = new Set(await admin.listTopics());
    const left = topics.filter((topic) => existing.has(topic));
    if (left.length === 0) return;
    if (look === looks) {
      const message = `Kafka at ${brokers.join(",")}: ${left.join(", ")} still there; see the brokers' logs, then try again`;
      throw new KafkaError("VELIB_KAFKA_REQUEST", message);
    }
    await sleep(lookMs);
  }
}
