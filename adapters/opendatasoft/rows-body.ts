import type { StationReading } from "../../core/observation/reading.ts";
import { type Decoded, unexpectedFormat } from "../http/json-body.ts";
import { finite, isObject } from "../http/json-value.ts";
import { stationReading } from "./row.ts";

/** The rows of one body. */
export interface Rows {
  readings: StationReading[];
  /** Rows of the whole dataset as the body says (`total_count`, `nhits`); null for an export. */
  total: number | null;
  /** The newest `duedate`, ms. */
  feedTime: number | null;
}

/**
 * Decodes a body of Vélib's dataset: the bare array of `exports/json`, the `{total_count, results}` of `records`, or
 * the `{nhits, records: [{fields}]}` of v1.0.
 */
export function decodeRows(body: unknown): Decoded<Rows> {
  if (Array.isArray(body)) return rowsOf(body, body, null);
  if (isObject(body) && Array.isArray(body.results)) return rowsOf(body.results, body.results, body.total_count);
  if (isObject(body) && Array.isArray(body.records)) {
    const fields = body.records.map((record: unknown) => (isObject(record) ? record.fields : null));
    return rowsOf(fields, body.records, body.nhits);
  }
  return unexpectedFormat("an array of rows, {results: […]} or {records: [{fields}]}", body);
}

function rowsOf(rows: unknown[], raw: unknown[], total: unknown): Decoded<Rows> {
  if (rows.length > 0 && !rows.some(isStationRow)) {
    return unexpectedFormat("rows with stationcode and numbikesavailable", raw);
  }
  const readings = rows.map((row, i) => stationReading(row, raw[i]));
  return { value: { readings, total: finite(total), feedTime: newest(readings) } };
}

/** Any of the columns can be null, and v1.0 leaves nulls out: one of the two is enough. */
function isStationRow(row: unknown): boolean {
  return isObject(row) && ("stationcode" in row || "numbikesavailable" in row);
}

/** The newest time of its own that a station gives, ms; null when none does. */
export function newest(readings: readonly StationReading[]): number | null {
  return readings.reduce<number | null>((latest, { reportedAt }) => {
    if (reportedAt === null) return latest;
    return latest === null ? reportedAt : Math.max(latest, reportedAt);
  }, null);
}
