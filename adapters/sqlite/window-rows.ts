import type { SQLOutputValue } from "node:sqlite";
import type { StationWindow } from "../../core/windows/station-window.ts";
import type { ZonePart } from "../../core/windows/zone-window.ts";

type Row = Record<string, SQLOutputValue>;

export function stationWindowOf(row: Row, source: string, station: string, lengthMs: number): StationWindow {
  const start = Number(row.start);
  return {
    source,
    station,
    start,
    end: start + lengthMs,
    mechanicalMean: numberOrNull(row.mechanical_mean),
    ebikeMean: numberOrNull(row.ebike_mean),
    bikesMean: Number(row.bikes_mean),
    docksMean: Number(row.docks_mean),
    occupancyMean: numberOrNull(row.occupancy_mean),
    bikesMin: Number(row.bikes_min),
    bikesMax: Number(row.bikes_max),
    bikesLast: numberOrNull(row.bikes_last),
    docksMin: Number(row.docks_min),
    docksMax: Number(row.docks_max),
    docksLast: numberOrNull(row.docks_last),
    coverage: Number(row.coverage),
    changes: Number(row.changes),
  };
}

export function zonePartOf(row: Row, source: string, zone: string, lengthMs: number): ZonePart {
  const start = Number(row.start);
  return {
    source,
    zone,
    start,
    end: start + lengthMs,
    partition: Number(row.partition),
    knownMs: Number(row.known_ms),
    bikesMs: Number(row.bikes_ms),
    docksMs: Number(row.docks_ms),
    mechanicalMs: Number(row.mechanical_ms),
    ebikeMs: Number(row.ebike_ms),
    splitMs: Number(row.split_ms),
    placesMs: Number(row.places_ms),
    stations: Number(row.stations),
    zoneStations: Number(row.zone_stations),
    changes: Number(row.changes),
  };
}

export function numberOrNull(value: SQLOutputValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
