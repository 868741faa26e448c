import type { ConnectionSettings } from "./client/connection-settings.ts";
import { withAdmin } from "./client/with-admin.ts";
import { groupName, topicNames } from "./topic-names.ts";

/** Where a consumer group stands in one partition. Offsets count control records too. */
export interface PartitionBacklog {
  partition: number;
  /** Where the group goes on, as of its last commit; null where it never read. */
  committed: number | null;
  /** After the newest record. */
  end: number;
  /** What the group has not handled yet of what is kept. */
  lag: number;
}

export interface PartitionLag {
  partition: number;
  /** Records (control records included) that the group has not handled yet, as of its last commit. */
  lag: number;
}

/**
 * How far a consumer group is behind a topic, by partition; where it never read, all that is kept.
 * @param group its full name, see `groupName`
 * @throws VelibError VELIB_KAFKA_*
 */
export function groupBacklog(
  connection: ConnectionSettings,
  topic: string,
  group: string,
): Promise<PartitionBacklog[]> {
  return withAdmin(connection, `ask for the backlog of ${group}`, async (admin) => {
    const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const offsets = new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    const ends = await admin.fetchTopicOffsets(topic);
    const backlog = ends.map(({ partition, high, low }): PartitionBacklog => {
      const offset = offsets.get(partition) ?? -1;
      const lag = Math.max(0, Number(high) - Math.max(offset, Number(low)));
      return { partition, committed: offset < 0 ? null : offset, end: Number(high), lag };
    });
    return backlog.sort((a, b) => a.partition - b.partition);
  });
}

/** How far a consumer group is behind the observation log, by partition; where it never read, all that is kept. */
export async function groupLag(
  connection: ConnectionSettings,
  pipeline: string,
  group: string,
): Promise<PartitionLag[]> {
  const backlog = await groupBacklog(connection, topicNames(pipeline).observations, groupName(pipeline, group));
  return backlog.map(({ partition, lag }) => ({ partition, lag }));
}
