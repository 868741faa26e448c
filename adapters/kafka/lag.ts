import type { ConnectionSettings } from "./client/connection-settings.ts";
import { withAdmin } from "./client/with-admin.ts";
import { groupName, topicNames } from "./topic-names.ts";

export interface PartitionLag {
  partition: number;
  /** Records (control records included) that the group has not handled yet, as of its last commit. */
  lag: number;
}

/** How far a consumer group is behind the observation log, by partition; where it never read, all that is kept. */
export async function groupLag(
  connection: ConnectionSettings,
  pipeline: string,
  group: string,
): Promise<PartitionLag[]> {
  const topic = topicNames(pipeline).observations;
  return withAdmin(connection, `ask for the lag of ${groupName(pipeline, group)}`, async (admin) => {
    const [committed] = await admin.fetchOffsets({ groupId: groupName(pipeline, group), topics: [topic] });
    const offsets = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    const ends = await admin.fetchTopicOffsets(topic);
    const lags = ends.map(({ partition, high, low }) => {
      const handled = Math.max(offsets.get(partition) ?? -1, Number(low));
      return { partition, lag: Math.max(0, Number(high) - handled) };
    });
    return lags.sort((a, b) => a.partition - b.partition);
  });
}
