import type { Point } from "./distance.ts";
import { degrees, earthRadiusM, radians } from "./distance.ts";

/** [west, south, east, north], degrees, west ≤ east: the order of RFC 7946 §5. */
export type Bounds = [west: number, south: number, east: number, north: number];

/** Rounding of the trigonometry must not cut off a place at exactly the radius. About 1 cm. */
const marginDegrees = 1e-7;

/**
 * Boxes that contain every place within `radiusM` metres: one, or two where the circle crosses the antimeridian.
 * Half height δ = r/R, half width asin(sin δ / cos φ); a circle around a pole takes every longitude.
 */
export function boundsAround({ lat, lon }: Point, radiusM: number): Bounds[] {
  const angle = radiusM / earthRadiusM;
  const height = degrees(angle) + marginDegrees;
  const south = Math.max(-90, lat - height);
  const north = Math.min(90, lat + height);
  if (south === -90 || north === 90) return [[-180, south, 180, north]];
  const width = degrees(Math.asin(Math.min(1, Math.sin(angle) / Math.cos(radians(lat))))) + marginDegrees;
  const west = lon - width;
  const east = lon + width;
  if (west < -180) {
    return [
      [west + 360, south, 180, north],
      [-180, south, east, north],
    ];
  }
  if (east > 180) {
    return [
      [west, south, 180, north],
      [-180, south, east - 360, north],
    ];
  }
  return [[west, south, east, north]];
}
