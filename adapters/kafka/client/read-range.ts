import type { ClusterLink } from "./cluster-link.ts";
import type { RecordSlice } from "./record-batch.ts";

const limits = { maxWaitMs: 500, maxBytes: 16 << 20, partitionBytes: 4 << 20 };
const outOfRange = 1;

/**
 * Reads the committed records of one partition from `from` (inclusive) up to `to` (exclusive), outside any group. It
 * waits for transactions under way below `to`: a hung one is aborted by the broker in the end.
 * Where retention has overtaken `from`, it begins at the oldest record kept.
 */
export async function* readRange(
  link: ClusterLink,
  topic: string,
  partition: number,
  from: number,
  to: number,
): AsyncGenerator<RecordSlice[]> {
  let position = from;
  while (position < to) {
    const [leader] = link.leaders(topic, [partition]).keys();
    if (leader === undefined) throw new Error(`${topic} has no partition ${partition}`);
    const [fetched] = await link.fetch(leader, topic, new Map([[partition, position]]), limits);
    if (fetched === undefined) continue;
    if (fetched.errorCode === outOfRange) {
      const oldest = (await link.offsets(topic, [partition], "oldest")).get(partition) ?? to;
      if (oldest <= position) throw link.partitionError(fetched.errorCode, `read ${topic}/${partition} at ${position}`);
      position = oldest;
      continue;
    }
    if (fetched.errorCode !== 0) throw link.partitionError(fetched.errorCode, `read ${topic}/${partition}`);
    const records = fetched.records.filter(({ offset }) => offset < to);
    if (records.length > 0) yield records;
    position = fetched.nextOffset;
  }
}
