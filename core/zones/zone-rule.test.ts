import { latLngToCell } from "h3-js";
import { describe, expect, it } from "vitest";
import { noMetadata } from "../observation/reading.ts";
import type { ZonePolygon } from "./zone-rule.ts";
import { byArrondissement, byCommune, byH3, byPolygon } from "./zone-rule.ts";

const inCommune = (commune: string | null) => ({ ...noMetadata, commune });
const atPosition = (lat: number | null, lon: number | null) => ({ ...noMetadata, lat, lon });

describe("zones by arrondissement", () => {
  it.each([
    ["1001", "Paris", "1"],
    ["1000", "Paris", "1"],
    ["9020", "Paris", "9"],
    ["12041", "Saint-Mandé", "12"],
    ["20999", "Paris", "20"],
    ["20117", null, "20"],
    ["01013", "Paris", "1"],
    ["21000", "Boulogne-Billancourt", "Boulogne-Billancourt"],
    ["21001", null, null],
    ["92004", "Issy-les-Moulineaux", "Issy-les-Moulineaux"],
    ["999", "Paris", "Paris"],
    ["0", null, null],
    ["20702946965", "Paris", "Paris"],
    ["11104_relais", "Paris", "Paris"],
    ["-1001", "Paris", "Paris"],
    ["1e4", "Paris", "Paris"],
    ["", "Paris", "Paris"],
  ])("put station %j of commune %j into %j", (station, commune, zone) => {
    expect(byArrondissement(station, inCommune(commune))).toBe(zone);
  });
});

describe("zones by commune", () => {
  it.each(["Paris", null])("are the commune's name: %j", (commune) => {
    expect(byCommune("1001", inCommune(commune))).toBe(commune);
  });
});

describe("zones by H3 cell", () => {
  it("are the cell of the station's position, finer with a higher resolution", () => {
    const cityHall = atPosition(48.8566, 2.3522);

    expect(byH3(latLngToCell, 8)("1001", cityHall)).toBe(latLngToCell(48.8566, 2.3522, 8));
    expect(byH3(latLngToCell, 8)("1001", cityHall)).toMatch(/^88[0-9a-f]{13}$/);
    expect(byH3(latLngToCell, 5)("1001", cityHall)).toMatch(/^85[0-9a-f]{13}$/);
  });

  it.each([
    [null, null],
    [48.85, null],
    [null, 2.35],
  ])("are none for the position (%s, %s)", (lat, lon) => {
    expect(byH3(latLngToCell, 8)("1001", atPosition(lat, lon))).toBeNull();
  });
});

describe("zones by polygon", () => {
  const square = (west: number, south: number, size: number) => [
    [west, south],
    [west + size, south],
    [west + size, south + size],
    [west, south + size],
    [west, south],
  ];
  const polygons: ZonePolygon[] = [
    {
      name: "ring",
      feature: {
        type: "Feature",
        properties: {},
        geometry: { type: "Polygon", coordinates: [square(0, 40, 10), square(4, 44, 2)] },
      },
    },
    {
      name: "islands",
      feature: {
        type: "Feature",
        properties: {},
        geometry: {
          type: "MultiPolygon",
          coordinates: [[square(20, 40, 1)], [square(30, 40, 1), square(30.4, 40.4, 0.2)]],
        },
      },
    },
    {
      name: "over the ring",
      feature: { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [square(1, 41, 4)] } },
    },
  ];

  it.each([
    ["inside", 49, 9, "ring"],
    ["inside two: the first counts", 42, 2, "ring"],
    ["in the hole of one, inside another", 44.5, 4.5, "over the ring"],
    ["in the hole", 45.5, 5.5, null],
    ["on the first island", 40.5, 20.5, "islands"],
    ["on the second island", 40.1, 30.1, "islands"],
    ["in the second island's lake", 40.5, 30.5, null],
    ["between the islands", 40.5, 25, null],
    ["with longitude and latitude the wrong way round", 9, 49, null],
    ["nowhere", null, null, null],
    ["half told", 49, null, null],
  ])("take a station %s (%s, %s) into %j", (_where, lat, lon, zone) => {
    expect(byPolygon(polygons)("1001", atPosition(lat, lon))).toBe(zone);
  });
});
