import { excerptLimit } from "../../core/dead-letter/dead-letter.ts";
import type { LogEntry } from "../../core/ports/observation-log.ts";
import { headerOf, type RecordSlice } from "./client/record-batch.ts";

/** The header of a record that was sent again: the id of its dead letter. */
export const redrivenHeader = "redriven-from";

/**
 * What a record's Kafka time stamp and headers say about its entry, written into `entries` in place.
 *
 * A producer stamps each record with its own time, and brokers (from 3.6 on) refuse stamps beyond their clock; a
 * record whose time is later than its stamp was written by something else, and would make every window up to then
 * final. No clock is read here: the same log gives the same entries.
 * @param records one for each entry, in the same order
 */
export function noteEntries(records: readonly RecordSlice[], entries: LogEntry[]): void {
  for (let i = 0; i < entries.length; i++) {
    const slice = records[i];
    let entry = entries[i];
    if (slice === undefined || entry === undefined) continue;
    if ("record" in entry && entry.record.at > slice.timestamp) entry = fromTheFuture(entry, slice);
    // A number of headers of 0 is one zero byte.
    if (slice.buffer[slice.headersStart] !== 0) {
      const ancestor = headerOf(slice, redrivenHeader);
      if (ancestor !== null) entry = { ...entry, ancestor };
    }
    entries[i] = entry;
  }
}

function fromTheFuture(entry: LogEntry & { record: { source: string; at: number } }, slice: RecordSlice): LogEntry {
  const { source, at } = entry.record;
  const { buffer, valueStart, valueEnd, timestamp } = slice;
  return {
    offset: entry.offset,
    undecodable: {
      source,
      at: timestamp,
      reason: "future-timestamp",
      detail: `expected a time up to its time stamp ${shown(timestamp)}, got ${shown(at)}`,
      excerpt: buffer.toString("utf8", valueStart, Math.min(valueEnd, valueStart + excerptLimit)),
    },
  };
}

/** ISO 8601, for times beyond the calendar the number. */
function shown(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`;
}
