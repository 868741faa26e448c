import fc from "fast-check";
import { expect, it } from "vitest";
import { zonePartText } from "./zone-part-text.ts";

it("is what JSON.stringify makes of the part", () => {
  const number = fc.oneof(fc.nat(), fc.maxSafeNat());
  const part = fc.record({
    source: fc.string(),
    zone: fc.string({ unit: "binary" }),
    start: number,
    end: number,
    partition: number,
    knownMs: number,
    bikesMs: number,
    docksMs: number,
    mechanicalMs: number,
    ebikeMs: number,
    splitMs: number,
    placesMs: number,
    stations: number,
    zoneStations: number,
    changes: number,
  });
  fc.assert(
    fc.property(part, (one) => {
      expect(zonePartText(one)).toBe(JSON.stringify(one));
    }),
  );
});
