import type { types } from "cassandra-driver";
import type { Content, Observation } from "../../core/observation/observation.ts";
import type { KeyedRow } from "./batch-writer.ts";
import { cqlBigint, cqlBoolean, cqlDate, cqlFields, cqlText, cqlTimestamp, cqlTinyint } from "./cql-bytes.ts";
import { dayAndHour, epochDay, monthOf } from "./time-buckets.ts";

export const observationColumns = "source, station, at, reading";

export function insertByStation(keyspace: string): string {
  return `INSERT INTO ${keyspace}.observations_by_station (source, station, month, at, reading) VALUES (?, ?, ?, ?, ?)`;
}

export function insertByDay(keyspace: string): string {
  return `INSERT INTO ${keyspace}.observations_by_day (source, day, hour, at, station, reading) VALUES (?, ?, ?, ?, ?, ?)`;
}

/** An instant's keys, encoded once for all stations of a poll. */
interface Instant {
  at: number;
  bytes: Buffer;
  month: string;
  monthBytes: Buffer;
  hour: string;
  dayBytes: Buffer;
  hourBytes: Buffer;
}

/** The same observations as rows of both tables. */
export function observationRows(observations: readonly Observation[]): { byStation: KeyedRow[]; byDay: KeyedRow[] } {
  const byStation: KeyedRow[] = [];
  const byDay: KeyedRow[] = [];
  let instant: Instant | null = null;
  for (const o of observations) {
    if (instant?.at !== o.at) instant = instantOf(o.at);
    const source = cqlText(o.source);
    const station = cqlText(o.station);
    const reading = readingOf(o);
    const stationKey = [source, station, instant.monthBytes];
    byStation.push({
      partition: `${o.source}\0${o.station}\0${instant.month}`,
      key: stationKey,
      parameters: [...stationKey, instant.bytes, reading],
    });
    const dayKey = [source, instant.dayBytes, instant.hourBytes];
    byDay.push({
      partition: `${o.source}\0${instant.hour}`,
      key: dayKey,
      parameters: [...dayKey, instant.bytes, station, reading],
    });
  }
  return { byStation, byDay };
}

function instantOf(at: number): Instant {
  const { day, hour } = dayAndHour(at);
  const month = monthOf(at);
  return {
    at,
    bytes: cqlTimestamp(at),
    month,
    monthBytes: cqlText(month),
    hour: `${day} ${hour}`,
    dayBytes: cqlDate(epochDay(at)),
    hourBytes: cqlTinyint(hour),
  };
}

/** A value of the type `reading`, its fields in the type's order. */
export function readingOf(o: Omit<Observation, "source" | "station" | "at">): Buffer {
  return cqlFields([
    cqlBigint(o.bikes),
    o.mechanical === null ? null : cqlBigint(o.mechanical),
    o.ebike === null ? null : cqlBigint(o.ebike),
    cqlBigint(o.docks),
    cqlBoolean(o.installed),
    cqlBoolean(o.renting),
    cqlBoolean(o.returning),
    o.capacity === null ? null : cqlBigint(o.capacity),
    o.zone === null ? null : cqlText(o.zone),
    o.reportedAt === null ? null : cqlTimestamp(o.reportedAt),
  ]);
}

export function observationOf(row: types.Row): Observation {
  const reading = row.get("reading");
  return {
    source: String(row.get("source")),
    station: String(row.get("station")),
    at: Number(row.get("at")),
    ...contentOf(reading),
    capacity: numberOrNull(reading.capacity),
    zone: textOrNull(reading.zone),
    reportedAt: numberOrNull(reading.reported_at),
  };
}

/** The content that a value of the type `reading` holds. */
export function contentOf(reading: Record<string, unknown>): Content {
  return {
    bikes: Number(reading.bikes),
    mechanical: numberOrNull(reading.mechanical),
    ebike: numberOrNull(reading.ebike),
    docks: Number(reading.docks),
    installed: reading.is_installed === true,
    renting: reading.is_renting === true,
    returning: reading.is_returning === true,
  };
}

export function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
