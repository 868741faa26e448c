import type { Feature, FeatureCollection, Point } from "geojson";
import type { Stations } from "../network/merge.ts";
import type { Station } from "../network/station.ts";
import { inService } from "../network/station.ts";

/** How a station is drawn: filled by its occupancy, hollow when that has no value, or a sign of its own. */
export type Mark = "filled" | "hollow" | "closed" | "unknown";

export interface StationProperties {
  key: string;
  mark: Mark;
  /** 0 to 1; 0.5 where the mark is not filled (nothing reads it then). */
  occupancy: number;
  /** In service, but no rentals or no returns. */
  restricted: boolean;
  /** Area of the circle relative to a common station's. */
  size: number;
  /** Bikes, as shown on the circle; empty when not known. */
  label: string;
}

export interface StationChanges {
  add: Feature<Point, StationProperties>[];
  update: { id: string; addOrUpdateProperties: { key: string; value: string | number | boolean }[] }[];
  remove: string[];
}

/** All stations that have a position, as one collection. */
export function stationCollection(stations: Stations): FeatureCollection<Point, StationProperties> {
  const features: Feature<Point, StationProperties>[] = [];
  for (const station of stations.values()) {
    const feature = stationFeature(station);
    if (feature !== null) features.push(feature);
  }
  return { type: "FeatureCollection", features };
}

/** What must be redrawn when `drawn` becomes `next`; stations are compared by identity (see merge.ts). */
export function stationChanges(drawn: Stations, next: Stations): StationChanges {
  const changes: StationChanges = { add: [], update: [], remove: [] };
  for (const [key, station] of next) {
    const before = drawn.get(key);
    if (before === station) continue;
    const feature = stationFeature(station);
    const wasDrawn = before !== undefined && before.lat !== null && before.lon !== null;
    if (feature === null) {
      if (wasDrawn) changes.remove.push(key);
    } else if (!wasDrawn || before.lat !== station.lat || before.lon !== station.lon) {
      changes.add.push(feature);
    } else {
      const values = Object.entries(feature.properties);
      changes.update.push({ id: key, addOrUpdateProperties: values.map(([name, value]) => ({ key: name, value })) });
    }
  }
  for (const key of drawn.keys()) if (!next.has(key)) changes.remove.push(key);
  return changes;
}

function stationFeature(station: Station): Feature<Point, StationProperties> | null {
  if (station.lat === null || station.lon === null) return null;
  const mark = markOf(station);
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [station.lon, station.lat] },
    properties: {
      key: station.key,
      mark,
      occupancy: mark === "filled" ? (station.occupancy ?? 0.5) : 0.5,
      restricted: station.status === "not_renting" || station.status === "not_returning",
      // The circle's area follows the capacity, within bounds: the smallest must stay clickable.
      size: Math.min(1.3, Math.max(0.8, Math.sqrt((station.capacity ?? 30) / 30))),
      label: inService(station) && station.bikes !== null ? String(station.bikes) : "",
    },
  };
}

function markOf(station: Station): Mark {
  if (station.status === "closed") return "closed";
  if (station.status === "unknown" || station.bikes === null) return "unknown";
  return station.occupancy === null ? "hollow" : "filled";
}
