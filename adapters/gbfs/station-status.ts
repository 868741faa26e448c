import { noMetadata, type StationReading } from "../../core/observation/reading.ts";
import { type Decoded, unexpectedFormat } from "../http/json-body.ts";
import { code, count, isObject } from "../http/json-value.ts";
import { bikeCounts } from "./bike-counts.ts";
import { dataOf, flag, gbfsTime, ttlOf } from "./gbfs-value.ts";
import type { VehicleTypes } from "./vehicle-types.ts";

/** The rows of a station_status as they came: their decoding needs the other feeds, which change apart from it. */
export interface StatusBody {
  rows: unknown[];
  /** `last_updated`, at Vélib `lastUpdatedOther`, ms. */
  feedTime: number | null;
  ttlMs: number | null;
}

/** What the rows of a station_status refer to. */
export interface StatusContext {
  /** Public codes by `station_id` (`StationInformation.codes`). */
  codes: ReadonlyMap<string, string>;
  /** Null when the network describes no vehicle types. */
  types: VehicleTypes | null;
}

/** Decodes a station_status body of any version. */
export function decodeStatus(body: unknown): Decoded<StatusBody> {
  const rows = dataOf(body)?.stations;
  if (!isObject(body) || !Array.isArray(rows))
    return unexpectedFormat("station_status ({data: {stations: […]}})", body);
  return { value: { rows, feedTime: gbfsTime(body.last_updated ?? body.lastUpdatedOther), ttlMs: ttlOf(body) } };
}

/** Decodes a row of station_status. A station's own public code wins over the one its information gives. */
export function statusReading(raw: unknown, { codes, types }: StatusContext): StationReading {
  const row = isObject(raw) ? raw : {};
  const id = code(row.station_id);
  return {
    station: code(row.stationCode) ?? (id === null ? null : (codes.get(id) ?? id)),
    ...bikeCounts(row, types),
    docks: count(row.num_docks_available),
    installed: flag(row.is_installed),
    renting: flag(row.is_renting),
    returning: flag(row.is_returning),
    reportedAt: gbfsTime(row.last_reported),
    metadata: noMetadata,
    raw,
  };
}
