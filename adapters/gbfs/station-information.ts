import type { StationMetadata } from "../../core/observation/reading.ts";
import { type Decoded, unexpectedFormat } from "../http/json-body.ts";
import { code, finite, isObject } from "../http/json-value.ts";
import { dataOf, localizedText } from "./gbfs-value.ts";

/** The stations a network lists. */
export interface StationInformation {
  /** The public code of a station by its `station_id`, where the network has such codes (Vélib: `stationCode`). */
  codes: Map<string, string>;
  /** By public code, else by `station_id`: the name the rest of the platform knows the station by. */
  stations: Map<string, StationMetadata>;
}

/** Decodes a station_information body; entries without an id are left out. */
export function decodeInformation(body: unknown): Decoded<StationInformation> {
  const list = dataOf(body)?.stations;
  if (!Array.isArray(list)) return unexpectedFormat("station_information ({data: {stations: […]}})", body);
  const information: StationInformation = { codes: new Map(), stations: new Map() };
  for (const entry of list) {
    if (!isObject(entry)) continue;
    const id = code(entry.station_id);
    const publicCode = code(entry.stationCode);
    const station = publicCode ?? id;
    if (station === null) continue;
    if (id !== null && publicCode !== null) information.codes.set(id, publicCode);
    information.stations.set(station, {
      name: localizedText(entry.name),
      lat: finite(entry.lat),
      lon: finite(entry.lon),
      capacity: finite(entry.capacity),
      commune: null,
    });
  }
  return { value: information };
}
