import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Type } from "typebox";
import Value from "typebox/value";
import { VelibError } from "../../core/errors.ts";
import type { ZonePolygon, ZoneRule } from "../../core/zones/zone-rule.ts";
import { byArrondissement, byCommune, byH3, byPolygon } from "../../core/zones/zone-rule.ts";
import type { ZonesConfig } from "./config.ts";

const Position = Type.Array(Type.Number(), { minItems: 2 });
const Ring = Type.Array(Position, { minItems: 4 });
const Polygons = Type.Object({
  type: Type.Literal("FeatureCollection"),
  features: Type.Array(
    Type.Object({
      type: Type.Literal("Feature"),
      properties: Type.Record(Type.String(), Type.Unknown()),
      geometry: Type.Union([
        Type.Object({ type: Type.Literal("Polygon"), coordinates: Type.Array(Ring) }),
        Type.Object({ type: Type.Literal("MultiPolygon"), coordinates: Type.Array(Type.Array(Ring)) }),
      ]),
    }),
  ),
});

/**
 * The rule a configuration asks for. Without one: arrondissements where the network names communes, which Vélib
 * does, and H3 cells of about 0.7 km² (resolution 8) elsewhere.
 */
export function zoneRule(config: ZonesConfig | undefined): ZoneRule {
  if (config?.geojson !== undefined) {
    return byPolygon(readPolygons(config.geojson.path, config.geojson.nameProperty));
  }
  if (config?.by === "commune") return byCommune;
  if (config?.by === "arrondissement") return byArrondissement;
  if (config?.h3 !== undefined) return h3Rule(config.h3.resolution);
  return withoutConfiguration();
}

function withoutConfiguration(): ZoneRule {
  const cell = h3Rule(8);
  return (station, metadata) =>
    metadata.commune === null ? cell(station, metadata) : byArrondissement(station, metadata);
}

/** H3 is loaded when the first station needs it: most networks name their areas, and it takes 6 MB. */
function h3Rule(resolution: number): ZoneRule {
  let rule: ZoneRule | null = null;
  return (station, metadata) => {
    if (metadata.lat === null) return null;
    rule ??= byH3(loadH3().latLngToCell, resolution);
    return rule(station, metadata);
  };
}

function loadH3(): typeof import("h3-js") {
  return createRequire(import.meta.url)("h3-js");
}

/** @throws VelibError VELIB_CONFIG_UNREADABLE | VELIB_CONFIG_INVALID */
function readPolygons(path: string, nameProperty: string): ZonePolygon[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VelibError("VELIB_CONFIG_UNREADABLE", `zones.geojson.path ${path}: ${why}; give a readable GeoJSON file`);
  }
  if (!Value.Check(Polygons, content)) {
    const where = Value.Errors(Polygons, content)[0]?.instancePath ?? "";
    throw new VelibError(
      "VELIB_CONFIG_INVALID",
      `zones.geojson.path ${path}: expected a FeatureCollection of Polygon or MultiPolygon features (wrong at ${where || "/"}); correct the file`,
    );
  }
  return content.features.map((feature, i) => {
    const name = feature.properties[nameProperty];
    if (typeof name !== "string" && typeof name !== "number") {
      throw new VelibError(
        "VELIB_CONFIG_INVALID",
        `zones.geojson.nameProperty: feature ${i} of ${path} has no "${nameProperty}"; name a property that every feature has`,
      );
    }
    return { name: String(name), feature };
  });
}
