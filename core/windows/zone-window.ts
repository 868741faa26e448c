/**
 * One partition's share of a zone window: sums, so that a reader adds the shares of all partitions before dividing.
 * All are integers (counts × ms), so adding them in any order gives the same.
 */
export interface ZonePart {
  source: string;
  zone: string;
  start: number;
  end: number;
  partition: number;
  /** Σ known time of the installed stations, ms. */
  knownMs: number;
  /** Σ ∫ bikes dt, bikes × ms; likewise below. */
  bikesMs: number;
  docksMs: number;
  mechanicalMs: number;
  ebikeMs: number;
  /** Σ time in which the split of the bikes was known, ms. */
  splitMs: number;
  /** Σ ∫ max(capacity, bikes + docks) dt. */
  placesMs: number;
  /** Stations with known time > 0. */
  stations: number;
  /** Stations that were in the zone at any time of the window, seen or not. */
  zoneStations: number;
  changes: number;
}

/** A zone's window: the average station of the zone, over its installed stations. */
export interface ZoneWindow {
  source: string;
  zone: string;
  start: number;
  end: number;
  mechanicalMean: number | null;
  ebikeMean: number | null;
  bikesMean: number;
  docksMean: number;
  /** Σ ∫ bikes dt / Σ ∫ max(capacity, bikes + docks) dt; null when that is 0. */
  occupancyMean: number | null;
  /** Stations with coverage > 0. */
  stations: number;
  /** bikesMean × stations. */
  bikesTotal: number;
  /** Σ known time / (stations of the zone × length). */
  coverage: number;
  changes: number;
}

/** Adds up the parts of one zone window (same source, zone and start); null when no station of it was known. */
export function zoneWindow(parts: readonly ZonePart[]): ZoneWindow | null {
  const first = parts[0];
  if (first === undefined) return null;
  const sum = { ...first };
  for (const part of parts.slice(1)) {
    sum.knownMs += part.knownMs;
    sum.bikesMs += part.bikesMs;
    sum.docksMs += part.docksMs;
    sum.mechanicalMs += part.mechanicalMs;
    sum.ebikeMs += part.ebikeMs;
    sum.splitMs += part.splitMs;
    sum.placesMs += part.placesMs;
    sum.stations += part.stations;
    sum.zoneStations += part.zoneStations;
    sum.changes += part.changes;
  }
  if (sum.knownMs === 0) return null;
  const bikesMean = sum.bikesMs / sum.knownMs;
  return {
    source: sum.source,
    zone: sum.zone,
    start: sum.start,
    end: sum.end,
    mechanicalMean: sum.splitMs > 0 ? sum.mechanicalMs / sum.splitMs : null,
    ebikeMean: sum.splitMs > 0 ? sum.ebikeMs / sum.splitMs : null,
    bikesMean,
    docksMean: sum.docksMs / sum.knownMs,
    occupancyMean: sum.placesMs > 0 ? sum.bikesMs / sum.placesMs : null,
    stations: sum.stations,
    bikesTotal: bikesMean * sum.stations,
    coverage: sum.knownMs / (sum.zoneStations * (sum.end - sum.start)),
    changes: sum.changes,
  };
}
