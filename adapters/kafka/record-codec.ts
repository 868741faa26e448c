import type { LogRecord } from "../../core/log/record.ts";
import type { LogEntry } from "../../core/ports/observation-log.ts";
import type { RecordSlice } from "./client/record-batch.ts";

/** How records become the bytes of Kafka values, and back. */
export interface RecordCodec {
  /** Called once before the first `encode` for a topic (a schema registry is told its schema). */
  ready(topic: string): Promise<void>;
  /** A text stands for its UTF-8 bytes. */
  encode(topic: string, record: LogRecord): Buffer | string;
  /** One entry for each record, in order; what can't be decoded says so in its place. */
  decode(records: readonly RecordSlice[]): Promise<LogEntry[]>;
}

/** What stands in the log's place of a record that can't be decoded; its source is that of its key. */
export function undecodable(record: RecordSlice, detail: string): LogEntry {
  const { offset, timestamp, buffer, keyStart, keyEnd, valueStart, valueEnd } = record;
  const key = keyStart < 0 ? "" : buffer.toString("utf8", keyStart, keyEnd);
  const slash = key.indexOf("/");
  const source = slash < 0 ? key : key.slice(0, slash);
  const excerpt = valueStart < 0 ? "" : buffer.toString("utf8", valueStart, Math.min(valueEnd, valueStart + 1024));
  return { offset: BigInt(offset), undecodable: { source: source || "unknown", at: timestamp, detail, excerpt } };
}
