import type { StationWindow } from "../../core/windows/station-window.ts";
import { column, StationWindowBatch } from "../../core/windows/station-window.ts";
import type { ZonePart } from "../../core/windows/zone-window.ts";
import type { StationWindowDocument, ZonePartDocument } from "./collections.ts";
import { orderKey } from "./order-key.ts";

/** The rows [from, to) of a batch, straight from its columns. */
export function stationWindowDocuments(batch: StationWindowBatch, from: number, to: number): StationWindowDocument[] {
  const documents: StationWindowDocument[] = [];
  const v = batch.values;
  for (let row = from; row < to; row++) {
    const i = row * StationWindowBatch.width;
    const source = batch.sources[row]!;
    const station = batch.stations[row]!;
    const startMs = v[i + column.start]!;
    const start = new Date(startMs);
    documents.push({
      _id: { source: orderKey(source), station: orderKey(station), start },
      source,
      station,
      start,
      end: new Date(startMs + batch.lengthMs),
      mechanical_mean: known(v[i + column.mechanicalMean]!),
      ebike_mean: known(v[i + column.ebikeMean]!),
      bikes_mean: v[i + column.bikesMean]!,
      docks_mean: v[i + column.docksMean]!,
      occupancy_mean: known(v[i + column.occupancyMean]!),
      bikes_min: v[i + column.bikesMin]!,
      bikes_max: v[i + column.bikesMax]!,
      bikes_last: known(v[i + column.bikesLast]!),
      docks_min: v[i + column.docksMin]!,
      docks_max: v[i + column.docksMax]!,
      docks_last: known(v[i + column.docksLast]!),
      coverage: v[i + column.coverage]!,
      changes: v[i + column.changes]!,
    });
  }
  return documents;
}

export function stationWindowOf(row: StationWindowDocument): StationWindow {
  return {
    source: row.source,
    station: row.station,
    start: row.start.getTime(),
    end: row.end.getTime(),
    mechanicalMean: row.mechanical_mean,
    ebikeMean: row.ebike_mean,
    bikesMean: row.bikes_mean,
    docksMean: row.docks_mean,
    occupancyMean: row.occupancy_mean,
    bikesMin: row.bikes_min,
    bikesMax: row.bikes_max,
    bikesLast: row.bikes_last,
    docksMin: row.docks_min,
    docksMax: row.docks_max,
    docksLast: row.docks_last,
    coverage: row.coverage,
    changes: row.changes,
  };
}

export function zonePartDocument(part: ZonePart): ZonePartDocument {
  const { source, zone, partition } = part;
  const start = new Date(part.start);
  return {
    _id: { source: orderKey(source), zone: orderKey(zone), start, partition },
    source,
    zone,
    start,
    end: new Date(part.end),
    partition,
    known_ms: part.knownMs,
    bikes_ms: part.bikesMs,
    docks_ms: part.docksMs,
    mechanical_ms: part.mechanicalMs,
    ebike_ms: part.ebikeMs,
    split_ms: part.splitMs,
    places_ms: part.placesMs,
    stations: part.stations,
    zone_stations: part.zoneStations,
    changes: part.changes,
  };
}

export function zonePartOf(row: ZonePartDocument): ZonePart {
  return {
    source: row.source,
    zone: row.zone,
    start: row.start.getTime(),
    end: row.end.getTime(),
    partition: row.partition,
    knownMs: row.known_ms,
    bikesMs: row.bikes_ms,
    docksMs: row.docks_ms,
    mechanicalMs: row.mechanical_ms,
    ebikeMs: row.ebike_ms,
    splitMs: row.split_ms,
    placesMs: row.places_ms,
    stations: row.stations,
    zoneStations: row.zone_stations,
    changes: row.changes,
  };
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
