import type { types } from "cassandra-driver";
import type { AbsentRecord } from "../../core/log/record.ts";
import type { Content } from "../../core/observation/observation.ts";
import type { KeyedRow } from "./batch-writer.ts";
import { unset } from "./batch-writer.ts";
import { cqlDate, cqlText, cqlTimestamp } from "./cql-bytes.ts";
import { contentOf, readingOf, textOrNull } from "./observation-rows.ts";
import { dayAndHour, epochDay } from "./time-buckets.ts";

export const absenceColumns = "source, at, station, zone, last";

export function insertAbsence(keyspace: string): string {
  return `INSERT INTO ${keyspace}.absences (day, ${absenceColumns}) VALUES (?, ?, ?, ?, ?, ?)`;
}

export function absenceRow({ source, station, at, zone, last }: AbsentRecord): KeyedRow {
  const { day } = dayAndHour(at);
  const dayBytes = cqlDate(epochDay(at));
  return {
    partition: `${source}\0${day}`,
    key: [cqlText(source), dayBytes],
    parameters: [
      dayBytes,
      cqlText(source),
      cqlTimestamp(at),
      cqlText(station),
      zone === null ? unset : cqlText(zone),
      last === null ? unset : readingOf({ ...last, capacity: null, zone: null, reportedAt: null }),
    ],
  };
}

export function absenceOf(row: types.Row): AbsentRecord {
  const last: unknown = row.get("last");
  const content: Content | null = last === null || last === undefined ? null : contentOf(row.get("last"));
  return {
    kind: "absent",
    source: String(row.get("source")),
    station: String(row.get("station")),
    at: Number(row.get("at")),
    zone: textOrNull(row.get("zone")),
    last: content,
  };
}
