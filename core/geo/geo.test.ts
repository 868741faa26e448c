import fc from "fast-check";
import { expect, it } from "vitest";
import { boundsAround } from "./bounds.ts";
import { distanceM, earthRadiusM } from "./distance.ts";
import { byDistance } from "./nearest.ts";

const lat = fc.double({ min: -89.9, max: 89.9, noNaN: true });
const lon = fc.double({ min: -180, max: 180, noNaN: true });
const point = fc.record({ lat, lon });

it.each([
  { what: "the same place", from: { lat: 48.86, lon: 2.35 }, to: { lat: 48.86, lon: 2.35 }, metres: 0 },
  { what: "one degree along the equator", from: { lat: 0, lon: 0 }, to: { lat: 0, lon: 1 }, metres: 111_195.08 },
  { what: "pole to pole", from: { lat: -90, lon: 0 }, to: { lat: 90, lon: 0 }, metres: Math.PI * earthRadiusM },
  { what: "across the antimeridian", from: { lat: 0, lon: 179.5 }, to: { lat: 0, lon: -179.5 }, metres: 111_195.08 },
])("measures $what as $metres m", ({ from, to, metres }) => {
  expect(distanceM(from, to)).toBeCloseTo(metres, 1);
});

it("measures the same distance both ways", () => {
  fc.assert(
    fc.property(point, point, (a, b) => {
      expect(distanceM(a, b)).toBeCloseTo(distanceM(b, a), 6);
    }),
  );
});

it("leaves no place within the radius out of its boxes", () => {
  fc.assert(
    fc.property(
      point,
      fc.double({ min: 1, max: 100_000, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
      (origin, radius, share, bearing) => {
        const place = destination(origin, radius * share, bearing);
        fc.pre(distanceM(origin, place) <= radius);

        const inside = boundsAround(origin, radius).some(
          ([west, south, east, north]) =>
            place.lon >= west && place.lon <= east && place.lat >= south && place.lat <= north,
        );

        expect(inside).toBe(true);
      },
    ),
  );
});

it("takes two boxes where the circle crosses the antimeridian, each with west ≤ east", () => {
  const boxes = boundsAround({ lat: -17.7, lon: 179.999 }, 5_000);

  expect(boxes).toHaveLength(2);
  for (const [west, , east] of boxes) expect(west).toBeLessThanOrEqual(east);
});

it("orders by distance and leaves out what is beyond the radius", () => {
  const origin = { lat: 48.85, lon: 2.35 };
  const items = [
    { name: "far", lat: 49.5, lon: 2.35 },
    { name: "second", lat: 48.86, lon: 2.35 },
    { name: "first", lat: 48.851, lon: 2.35 },
  ];

  const near = byDistance(origin, items, 5_000);

  expect(near.map((one) => one.item.name)).toEqual(["first", "second"]);
  expect(near[0]?.distanceM).toBeCloseTo(111.2, 1);
});

/** The place `metres` from `origin` at `bearing` radians (direct problem on the sphere). */
function destination(origin: { lat: number; lon: number }, metres: number, bearing: number) {
  const angle = metres / earthRadiusM;
  const phi = (origin.lat * Math.PI) / 180;
  const sinLat = Math.sin(phi) * Math.cos(angle) + Math.cos(phi) * Math.sin(angle) * Math.cos(bearing);
  const y = Math.sin(bearing) * Math.sin(angle) * Math.cos(phi);
  const x = Math.cos(angle) - Math.sin(phi) * sinLat;
  const turned = origin.lon + (Math.atan2(y, x) * 180) / Math.PI;
  const wrapped = turned > 180 ? turned - 360 : turned < -180 ? turned + 360 : turned;
  return { lat: (Math.asin(Math.max(-1, Math.min(1, sinLat))) * 180) / Math.PI, lon: wrapped };
}
