import type { KeyedRecord, StationRecord } from "../log/record.ts";
import type { Content } from "../observation/observation.ts";
import type { StationMetadata } from "../observation/reading.ts";
import { noMetadata } from "../observation/reading.ts";

/** What a producer remembers of a station: enough to tell what the log already says. */
export interface KnownStation {
  station: string;
  metadata: StationMetadata;
  zone: string | null;
  /** Content last observed; null before the first valid observation. */
  content: Content | null;
  /** Poll at which this process last observed it, ms; −Infinity before the first. */
  observedAt: number;
  /** Time of the last record of any kind (metadata apart) sent for it, ms. */
  sentAt: number;
  /** Capacity and zone that record carried. */
  sentCapacity: number | null;
  sentZone: string | null;
  /** Whether that record said that it is absent. */
  absent: boolean;
  /** Whether the network's information lists it. */
  listed: boolean;
  /** Whether the log's station record says what is said here (metadata, zone, listed). */
  recorded: boolean;
}

export function newStation(station: string): KnownStation {
  return {
    station,
    metadata: noMetadata,
    zone: null,
    content: null,
    observedAt: Number.NEGATIVE_INFINITY,
    sentAt: Number.NEGATIVE_INFINITY,
    sentCapacity: null,
    sentZone: null,
    absent: false,
    listed: false,
    recorded: false,
  };
}

/** Takes back what the log says of a station, in the log's order. */
export function remember(known: KnownStation, record: KeyedRecord): void {
  if (record.kind === "station") {
    const { name, lat, lon, capacity, commune } = record;
    known.metadata = { name, lat, lon, capacity, commune };
    known.zone = record.zone;
    known.listed = record.listed;
    known.recorded = true;
    return;
  }
  known.sentAt = record.at;
  known.sentZone = record.zone;
  known.absent = record.kind === "absent";
  if (record.kind === "absent") {
    known.content = record.last;
    return;
  }
  const { bikes, mechanical, ebike, docks, installed, renting, returning } = record;
  known.content = { bikes, mechanical, ebike, docks, installed, renting, returning };
  known.sentCapacity = record.capacity;
}

export function stationRecord(source: string, at: number, known: KnownStation): StationRecord {
  const { station, metadata, zone, listed } = known;
  return { kind: "station", source, station, at, ...metadata, zone, listed };
}
