import type { StationReading } from "../../core/observation/reading.ts";
import { code, count, finite, isObject, isoTime, type JsonObject, text } from "../http/json-value.ts";

/**
 * Decodes a row of Vélib's dataset: the object of Explore v2.1, or the `fields` of a v1.0 record, which leaves nulls
 * out and writes a position as [lat, lon].
 *
 * @param raw what a dead letter shows of it
 */
export function stationReading(row: unknown, raw: unknown = row): StationReading {
  const fields = isObject(row) ? row : {};
  return {
    station: code(fields.stationcode),
    bikes: count(fields.numbikesavailable),
    mechanical: count(fields.mechanical),
    ebike: count(fields.ebike),
    docks: count(fields.numdocksavailable),
    installed: yesOrNo(fields.is_installed),
    renting: yesOrNo(fields.is_renting),
    returning: yesOrNo(fields.is_returning),
    reportedAt: isoTime(fields.duedate),
    metadata: {
      name: text(fields.name),
      ...position(fields),
      capacity: finite(fields.capacity),
      commune: text(fields.nom_arrondissement_communes),
    },
    raw,
  };
}

function yesOrNo(value: unknown): boolean | null {
  if (value === "OUI") return true;
  return value === "NON" ? false : null;
}

function position({ coordonnees_geo: geo }: JsonObject): { lat: number | null; lon: number | null } {
  if (Array.isArray(geo)) return { lat: finite(geo[0]), lon: finite(geo[1]) };
  if (isObject(geo)) return { lat: finite(geo.lat), lon: finite(geo.lon) };
  return { lat: null, lon: null };
}
