import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noMetadata } from "../../core/observation/reading.ts";
import { zoneRule } from "./zone-rules.ts";

const louvre = { ...noMetadata, lat: 48.8606, lon: 2.3376 };
const montreuil = { ...noMetadata, lat: 48.8638, lon: 2.4485, commune: "Montreuil" };

const center = {
  type: "Feature",
  properties: { name: "Centre", code: 75 },
  geometry: {
    type: "Polygon",
    coordinates: [
      [
        [2.3, 48.85],
        [2.36, 48.85],
        [2.36, 48.87],
        [2.3, 48.87],
        [2.3, 48.85],
      ],
    ],
  },
};

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "velib-zones-"));
});

afterAll(() => rmSync(dir, { recursive: true }));

function geojson(content: unknown, nameProperty = "name") {
  const path = join(dir, "zones.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return { geojson: { path, nameProperty } };
}

describe("zones", () => {
  it("are the arrondissement, then the commune, then an H3 cell unless configured", () => {
    const rule = zoneRule(undefined);

    expect(rule("1013", { ...louvre, commune: "Paris" })).toBe("1");
    expect(rule("31001", montreuil)).toBe("Montreuil");
    expect(rule("abc", louvre)).toMatch(/^88[0-9a-f]{13}$/);
    expect(rule("abc", noMetadata)).toBeNull();
  });

  it("are what the configuration says", () => {
    expect(zoneRule({ by: "commune" })("1013", montreuil)).toBe("Montreuil");
    expect(zoneRule({ by: "arrondissement" })("1013", montreuil)).toBe("1");
    expect(zoneRule({ h3: { resolution: 5 } })("1013", louvre)).toMatch(/^85[0-9a-f]{13}$/);
  });

  it("are the polygons of a file, by a property that is a text or a number", () => {
    const collection = { type: "FeatureCollection", features: [center] };

    expect(zoneRule(geojson(collection))("1013", louvre)).toBe("Centre");
    expect(zoneRule(geojson(collection, "code"))("1013", louvre)).toBe("75");
    expect(zoneRule(geojson(collection))("31001", montreuil)).toBeNull();
    expect(zoneRule(geojson(collection))("1013", noMetadata)).toBeNull();
  });

  it.each([
    ["no JSON", "{", "name", "VELIB_CONFIG_UNREADABLE", "zones.geojson.path"],
    ["no collection", center, "name", "VELIB_CONFIG_INVALID", "expected a FeatureCollection"],
    [
      "a point",
      { type: "FeatureCollection", features: [{ ...center, geometry: { type: "Point", coordinates: [2, 48] } }] },
      "name",
      "VELIB_CONFIG_INVALID",
      "wrong at /features/0/geometry",
    ],
    [
      "features without the name",
      { type: "FeatureCollection", features: [center] },
      "title",
      "VELIB_CONFIG_INVALID",
      'has no "title"',
    ],
  ])("are refused from a file with %s", (_what, content, nameProperty, code, message) => {
    const config = geojson(content, nameProperty);

    expect(() => zoneRule(config)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it("are refused from a file that is missing", () => {
    const config = { geojson: { path: join(dir, "nowhere.json"), nameProperty: "name" } };

    expect(() => zoneRule(config)).toThrow(expect.objectContaining({ code: "VELIB_CONFIG_UNREADABLE" }));
  });
});
