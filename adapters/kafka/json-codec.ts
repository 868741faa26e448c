import type { LogEntry } from "../../core/ports/observation-log.ts";
import type { RecordSlice } from "./client/record-batch.ts";
import { describeValue, isLogRecord } from "./log-record.ts";
import { ObservationScanner } from "./observation-scanner.ts";
import { type RecordCodec, undecodable } from "./record-codec.ts";

const scanner = new ObservationScanner();

/** Values are the records as JSON, field by field as in `core/log/record.ts`. */
export const jsonCodec: RecordCodec = {
  async ready() {},
  encode: (_topic, record) => JSON.stringify(record),
  async decode(records) {
    return records.map((slice) => {
      const { offset, buffer, valueStart, valueEnd } = slice;
      const record = valueStart < 0 ? null : scanner.scan(buffer, valueStart, valueEnd);
      return record === null ? parsed(slice) : { offset: BigInt(offset), record };
    });
  },
};

function parsed(slice: RecordSlice): LogEntry {
  if (slice.valueStart < 0) return undecodable(slice, "expected a log record, got no value");
  const text = slice.buffer.toString("utf8", slice.valueStart, slice.valueEnd);
  const value = parse(text);
  if (value === undefined) return undecodable(slice, "expected JSON, got something else");
  return isLogRecord(value)
    ? { offset: BigInt(slice.offset), record: value }
    : undecodable(slice, describeValue(value));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
