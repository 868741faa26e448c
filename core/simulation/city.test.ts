import { describe, expect, it } from "vitest";
import { layOutCity } from "./city.ts";
import { cityZones, largestCity, stationsByZone } from "./city-zones.ts";

describe("city", () => {
  it("is the same for the same seed and another one for another seed", () => {
    expect(layOutCity(1, 300).stations).toEqual(layOutCity(1, 300).stations);
    expect(layOutCity(1, 300).stations).not.toEqual(layOutCity(2, 300).stations);
  });

  it.each([1, 2, 7, 1500, 20_000])("has exactly %d stations with codes of their own", (size) => {
    const { stations } = layOutCity(1, size);

    expect(stations).toHaveLength(size);
    expect(new Set(stations.map(({ code }) => code)).size).toBe(size);
    expect(stations.every(({ code }) => /^\d{4,5}$/.test(code))).toBe(true);
  });

  it("names the commune by the code: Paris below 21000, its suburbs from there on", () => {
    for (const { code, commune, inseeCode } of layOutCity(1, 1500).stations) {
      expect(commune === "Paris").toBe(Number(code) < 21_000);
      expect(inseeCode).toMatch(/^\d{5}$/);
      expect(inseeCode === "75056").toBe(commune === "Paris");
    }
  });

  it("lies around the centre of Paris with capacities from 15 to 60, 0 at a few stations", () => {
    const { stations, places } = layOutCity(1, 1500);

    for (const [index, { lat, lon, capacity }] of stations.entries()) {
      expect(Math.hypot((lat - 48.8566) * 111, (lon - 2.3522) * 73)).toBeLessThan(14);
      expect(capacity === 0 || (capacity >= 15 && capacity <= 60), `capacity ${capacity}`).toBe(true);
      expect(places[index]).toBeGreaterThanOrEqual(capacity);
    }
    const without = stations.filter(({ capacity }) => capacity === 0).length;
    const understated = stations.filter(({ capacity }, index) => places[index]! > capacity).length;
    expect(without).toBeGreaterThan(3);
    expect(without).toBeLessThan(30);
    expect(understated).toBeGreaterThan(2);
    expect(understated).toBeLessThan(25);
  });

  it("puts offices in the middle and homes around it", () => {
    const { stations } = layOutCity(1, 1500);
    const work = (block: number) => {
      const values = stations.filter(({ code }) => Math.floor(Number(code) / 1000) === block).map((each) => each.work);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };

    expect(work(8)).toBeGreaterThan(0.8);
    expect(work(20)).toBeLessThan(0.3);
  });

  it("fills the zones up to 999 stations each and refuses more", () => {
    expect(stationsByZone(largestCity).every((count) => count === 999)).toBe(true);
    expect(stationsByZone(largestCity)).toHaveLength(cityZones.length);
    expect(() => stationsByZone(largestCity + 1)).toThrow(`at most ${largestCity}`);
  });
});
