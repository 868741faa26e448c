/** A place on Earth, WGS 84 degrees. */
export interface Point {
  lat: number;
  lon: number;
}

/** Mean radius of the Earth, metres (IUGG R₁). */
export const earthRadiusM = 6_371_008.8;

/**
 * Great-circle distance, metres, by the haversine formula: within 0.6 % of the distance on the ellipsoid.
 * a = sin²(Δφ/2) + cos φ₁ cos φ₂ sin²(Δλ/2); d = 2R asin √a.
 */
export function distanceM(from: Point, to: Point): number {
  const halfLat = Math.sin(radians(to.lat - from.lat) / 2);
  const halfLon = Math.sin(radians(to.lon - from.lon) / 2);
  const a = halfLat ** 2 + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * halfLon ** 2;
  return 2 * earthRadiusM * Math.asin(Math.min(1, Math.sqrt(a)));
}

export function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

export function degrees(angle: number): number {
  return (angle * 180) / Math.PI;
}
