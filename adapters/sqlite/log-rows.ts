import type { SQLOutputValue } from "node:sqlite";
import { excerptLimit } from "../../core/dead-letter/dead-letter.ts";
import type { LogRecord } from "../../core/log/record.ts";
import type { LogEntry } from "../../core/ports/observation-log.ts";

type Row = Record<string, SQLOutputValue>;

/** The entries of a poll's row; a row that can't be decoded is one entry that says so. */
export function entriesOf(row: Row): LogEntry[] {
  const base = Number(row.base_offset);
  try {
    return parse(row.records).map((record, i) => ({ offset: BigInt(base + i), record }));
  } catch (error) {
    const detail = `expected the records of a poll as JSON: ${error instanceof Error ? error.message : String(error)}`;
    const excerpt = String(row.records).slice(0, excerptLimit);
    return [{ offset: BigInt(base), undecodable: { source: String(row.source), at: Number(row.at), detail, excerpt } }];
  }
}

/** The records of a poll's row that can be decoded. */
export function recordsOf(row: Row): LogRecord[] {
  return entriesOf(row).flatMap((entry) => ("record" in entry ? [entry.record] : []));
}

function parse(records: unknown): LogRecord[] {
  return JSON.parse(String(records));
}
