import type { Checkpoint } from "../../core/ports/result-store.ts";
import type { SourceState } from "../../core/state/source-state.ts";
import type { StationState } from "../../core/state/station-state.ts";
import type { ClusterLink } from "./client/cluster-link.ts";
import type { ProducedMessage } from "./client/protocol-broker.ts";
import { readRange } from "./client/read-range.ts";

/** Bytes of a checkpoint's state in one record: below the broker's usual `max.message.bytes` of 1 MiB. */
const chunkBytes = 512 << 10;

/** What a compacted topic says of one partition's aggregation. */
export interface AggregatorState {
  checkpoint: Checkpoint | null;
  stations: StationState[];
  sources: SourceState[];
}

/** A checkpoint but for its state, which lies in chunks of its own: all are written in one transaction. */
interface CheckpointHead {
  generation: number;
  offset: string;
  stateBytes: number;
}

/**
 * The state as records of a compacted topic. Keys begin with the log's partition, as several share one of the topic
 * when the log has more: `2/checkpoint`, `2/state/0`…, `2/station/paris/1001`, `2/source/paris`.
 */
export function stateMessages(
  { partition, generation, offset, state }: Checkpoint,
  stations: readonly StationState[],
  sources: readonly SourceState[],
  now: number,
): ProducedMessage[] {
  const timestamp = String(now);
  const message = (key: string, value: string | Buffer) => ({ key: `${partition}/${key}`, value, timestamp });
  const head: CheckpointHead = { generation, offset: String(offset), stateBytes: state.byteLength };
  const messages = [message("checkpoint", JSON.stringify(head))];
  for (let at = 0; at < state.byteLength; at += chunkBytes) {
    const chunk = state.subarray(at, at + chunkBytes);
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    messages.push(message(`state/${at / chunkBytes}`, bytes));
  }
  for (const station of stations) {
    messages.push(message(`station/${station.source}/${station.station}`, JSON.stringify(station)));
  }
  for (const source of sources) messages.push(message(`source/${source.source}`, JSON.stringify(source)));
  return messages;
}

/** Reads what was written last for a partition of the log. @param slot the topic's partition that has it */
export async function readState(
  link: ClusterLink,
  topic: string,
  partition: number,
  slot: number,
): Promise<AggregatorState> {
  const from = (await link.offsets(topic, [slot], "oldest")).get(slot) ?? 0;
  const to = (await link.offsets(topic, [slot], "end")).get(slot) ?? 0;
  const values = new Map<string, Buffer>();
  const prefix = `${partition}/`;
  for await (const records of readRange(link, topic, slot, from, to)) {
    for (const { buffer, keyStart, keyEnd, valueStart, valueEnd } of records) {
      const key = buffer.toString("utf8", keyStart, keyEnd);
      // A copy: a part would keep the whole fetch in memory.
      if (key.startsWith(prefix))
        values.set(key.slice(prefix.length), Buffer.from(buffer.subarray(valueStart, valueEnd)));
    }
  }
  const found: AggregatorState = { checkpoint: checkpointOf(partition, values), stations: [], sources: [] };
  for (const [key, value] of values) {
    if (key.startsWith("station/")) found.stations.push(JSON.parse(value.toString()));
    else if (key.startsWith("source/")) found.sources.push(JSON.parse(value.toString()));
  }
  return found;
}

function checkpointOf(partition: number, values: ReadonlyMap<string, Buffer>): Checkpoint | null {
  const written = values.get("checkpoint");
  if (written === undefined) return null;
  const { generation, offset, stateBytes }: CheckpointHead = JSON.parse(written.toString());
  const chunks: Buffer[] = [];
  for (let at = 0; at < stateBytes; at += chunkBytes) {
    chunks.push(values.get(`state/${at / chunkBytes}`) ?? Buffer.alloc(0));
  }
  return { partition, generation, offset: BigInt(offset), state: Buffer.concat(chunks).subarray(0, stateBytes) };
}
