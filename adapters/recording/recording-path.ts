import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { badFormat, reasonOf, unreadable } from "./recording-error.ts";

/** The files a recording consists of. */
export type RecordingFiles =
  /** A CSV of station states with the list of stations beside it, if there is one. */
  | { kind: "csv"; network: string; file: string; stations: string | null }
  /** Bodies as they were fetched, one file each. */
  | { kind: "bodies"; network: string; folder: string; names: string[] };

const stationLists = ["stations.csv", "station_information.csv"].flatMap((name) => [name, `${name}.gz`]);
const isCsv = (name: string) => /\.csv(\.gz)?$/.test(name);
const isJson = (name: string) => /\.json(\.gz)?$/.test(name);

/**
 * Finds the files behind a path: a file, a folder with one status CSV or with bodies, or a file without its extension
 * (`paris-2024-11/observer-a`).
 *
 * @throws VelibError VELIB_RECORDING_UNREADABLE, VELIB_RECORDING_FORMAT
 */
export async function recordingFiles(path: string): Promise<RecordingFiles> {
  const { found, stats } = await existing(path);
  if (stats.isDirectory()) return filesOfFolder(found);
  const folder = dirname(found);
  const name = basename(found);
  if (isCsv(name)) return csvFiles(folder, name, await entriesOf(folder));
  if (isJson(name)) return { kind: "bodies", network: networkOf(folder), folder, names: [name] };
  throw badFormat(path, "it is neither a .csv nor a .json file", "give a .csv, .csv.gz or a folder of .json bodies");
}

async function existing(path: string): Promise<{ found: string; stats: Stats }> {
  const wanted = resolve(path);
  try {
    return { found: wanted, stats: await stat(wanted) };
  } catch (error) {
    for (const extension of [".csv.gz", ".csv", ".json.gz", ".json"]) {
      const stats = await stat(wanted + extension).catch(() => null);
      if (stats !== null) return { found: wanted + extension, stats };
    }
    throw unreadable(path, reasonOf(error), "give the path of a recorded CSV or of a folder of bodies", error);
  }
}

async function filesOfFolder(folder: string): Promise<RecordingFiles> {
  const names = await entriesOf(folder);
  const csv = names.filter((name) => isCsv(name) && !stationLists.includes(name));
  if (csv.length === 1) return csvFiles(folder, csv[0]!, names);
  if (csv.length > 1)
    throw badFormat(folder, `it holds ${csv.length} CSV files (${csv.join(", ")})`, "give one of them");
  const bodies = names.filter(isJson);
  if (bodies.length > 0) return { kind: "bodies", network: networkOf(folder), folder, names: bodies };
  throw badFormat(folder, "it holds neither a status CSV nor .json bodies", "give a folder that does, or a file");
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    throw unreadable(folder, reasonOf(error), "check the path and its permissions", error);
  }
}

function csvFiles(folder: string, name: string, beside: readonly string[]): RecordingFiles {
  const list = stationLists.find((candidate) => beside.includes(candidate)) ?? null;
  const stations = list === null ? null : join(folder, list);
  return { kind: "csv", network: networkOf(folder), file: join(folder, name), stations };
}

/** The name of the network a folder is called after: `paris-2024-11` → `paris`. */
export function networkOf(folder: string): string {
  const name = basename(folder).toLowerCase();
  const undated = name.replace(/[-_. ]?\d{4}([-_.]?\d{2}){0,2}$/, "");
  const word = undated.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return word === "" ? "recording" : word;
}
