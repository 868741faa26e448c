import { booleanPointInPolygon } from "@turf/boolean-point-in-polygon";
import type { Feature, MultiPolygon, Polygon } from "geojson";
import type { StationMetadata } from "../observation/reading.ts";

/** The zone a station counts into, by its code and last known metadata; null when it has none. */
export type ZoneRule = (station: string, metadata: StationMetadata) => string | null;

const firstCodeOutsideParis = 21_000;

/**
 * Paris' arrondissements from the station code (the feed calls all twenty "Paris"): ⌊code / 1000⌋ where the code is
 * below 21000; elsewhere the commune's name.
 */
export const byArrondissement: ZoneRule = (station, metadata) => {
  const code = /^\d+$/.test(station) ? Number(station) : Number.NaN;
  const arrondissement = Math.floor(code / 1000);
  if (code < firstCodeOutsideParis && arrondissement >= 1) return String(arrondissement);
  return metadata.commune;
};

/** The commune or district by name. */
export const byCommune: ZoneRule = (_station, metadata) => metadata.commune;

/**
 * The H3 cell of the station's position, as the usual hexadecimal index.
 * @param latLngToCell h3-js's function; passed in because loading it costs 2 MB that other zones do not need.
 * @param resolution 0 (largest) to 15.
 */
export function byH3(
  latLngToCell: (lat: number, lon: number, resolution: number) => string,
  resolution: number,
): ZoneRule {
  return (_station, { lat, lon }) => (lat === null || lon === null ? null : latLngToCell(lat, lon, resolution));
}

/** A polygon with the zone's name. */
export interface ZonePolygon {
  name: string;
  feature: Feature<Polygon | MultiPolygon>;
}

/** The first polygon that contains the station's position. */
export function byPolygon(polygons: readonly ZonePolygon[]): ZoneRule {
  return (_station, { lat, lon }) => {
    if (lat === null || lon === null) return null;
    const found = polygons.find(({ feature }) => booleanPointInPolygon([lon, lat], feature));
    return found?.name ?? null;
  };
}
