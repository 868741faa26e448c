import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import type { StationMetadata } from "../../core/observation/reading.ts";
import { numberCell, textCell } from "./csv-cell.ts";
import { badFormat, reasonOf, unreadable } from "./recording-error.ts";

/** The stations of a network by code. */
export type StationList = Map<string, StationMetadata>;

/**
 * Reads the list of stations beside a recording: `stationcode` or `station_id`, `name`, `lat`, `lon`, `capacity` and,
 * where there is one, `nom_arrondissement_communes`.
 *
 * @throws VelibError VELIB_RECORDING_UNREADABLE, VELIB_RECORDING_FORMAT
 */
export async function stationList(path: string): Promise<StationList> {
  const rows = rowsOf(path, await textOf(path));
  const header = Object.keys(rows[0] ?? {});
  const id = ["stationcode", "station_id"].find((name) => header.includes(name));
  const lacking = ["name", "lat", "lon", "capacity"].filter((name) => !header.includes(name));
  if (id === undefined) lacking.unshift("stationcode or station_id");
  if (id === undefined || lacking.length > 0) {
    throw badFormat(path, `its header lacks ${lacking.join(", ")}`, "complete the list of stations or take it away");
  }
  const list: StationList = new Map();
  for (const row of rows) {
    const station = textCell(row[id]);
    if (station === null) continue;
    list.set(station, {
      name: textCell(row.name),
      lat: numberCell(row.lat),
      lon: numberCell(row.lon),
      capacity: numberCell(row.capacity),
      commune: textCell(row.nom_arrondissement_communes),
    });
  }
  return list;
}

async function textOf(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (error) {
    throw unreadable(path, reasonOf(error), "get a complete copy of it", error);
  }
}

function rowsOf(path: string, text: string): Record<string, string>[] {
  try {
    return parse(text, { bom: true, columns: true, skip_empty_lines: true });
  } catch (error) {
    throw badFormat(path, reasonOf(error), "repair that line");
  }
}
