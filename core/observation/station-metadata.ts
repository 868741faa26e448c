import type { StationMetadata } from "./reading.ts";
import { isCount } from "./validation.ts";

/** The last known metadata after `said`: what is null or unusable in it stays as it was. */
export function mergeMetadata(last: StationMetadata, said: StationMetadata): StationMetadata {
  const located = isPosition(said.lat, said.lon);
  const merged = {
    name: said.name ?? last.name,
    lat: located ? said.lat : last.lat,
    lon: located ? said.lon : last.lon,
    capacity: isCount(said.capacity) ? said.capacity : last.capacity,
    commune: said.commune ?? last.commune,
  };
  return sameMetadata(last, merged) ? last : merged;
}

/**
 * The metadata a network's information (a list beside the status) adds: where the status rows themselves say
 * something (`filledColumns`, see FeedHealth), what they said last outranks the list.
 */
export function mergeInformation(
  last: StationMetadata,
  information: StationMetadata,
  filledColumns: readonly string[],
): StationMetadata {
  const rowsSay = (column: string, known: unknown) => known !== null && filledColumns.includes(column);
  const positionSaid = rowsSay("position", last.lat);
  return mergeMetadata(last, {
    name: rowsSay("name", last.name) ? null : information.name,
    lat: positionSaid ? null : information.lat,
    lon: positionSaid ? null : information.lon,
    capacity: rowsSay("capacity", last.capacity) ? null : information.capacity,
    commune: rowsSay("commune", last.commune) ? null : information.commune,
  });
}

function sameMetadata(a: StationMetadata, b: StationMetadata): boolean {
  return (
    a.name === b.name && a.lat === b.lat && a.lon === b.lon && a.capacity === b.capacity && a.commune === b.commune
  );
}

/** Degrees within WGS 84's range; (0, 0) is how feeds write "unknown". */
function isPosition(lat: number | null, lon: number | null): boolean {
  if (lat === null || lon === null) return false;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat !== 0 || lon !== 0);
}
