import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { bodyTime } from "../../adapters/recording/body-time.ts";

/** A row of Vélib's dataset as the portal exports it. */
export interface ExportRow {
  stationcode: string | null;
  name: string | null;
  is_installed: string;
  is_renting: string;
  is_returning: string;
  capacity: number | null;
  numdocksavailable: number;
  numbikesavailable: number;
  mechanical: number | null;
  ebike: number | null;
  duedate: string;
  coordonnees_geo: { lon: number; lat: number } | null;
  nom_arrondissement_communes: string | null;
  code_insee_commune: string | null;
}

/** The body of an export, verbatim, and when it was fetched, ms. */
export interface RecordedExport {
  at: number;
  body: Buffer;
}

const metadataColumns = [
  "name",
  "capacity",
  "coordonnees_geo",
  "nom_arrondissement_communes",
  "code_insee_commune",
] as const;

/** The 24 exports of an afternoon, every 5 minutes. */
export function afternoon(recordings: string): RecordedExport[] {
  const folder = join(recordings, "samples/ods-replay-2024-11-08");
  return readdirSync(folder)
    .toSorted()
    .map((name) => ({ at: timeOf(name), body: sampleBody(recordings, `ods-replay-2024-11-08/${name}`) }));
}

/** A recorded body by the name of its file. */
export function sampleBody(recordings: string, name: string): Buffer {
  return gunzipSync(readFileSync(join(recordings, "samples", name)));
}

export function rowsOf(body: Buffer): ExportRow[] {
  return JSON.parse(body.toString("utf8"));
}

/** The body with each null in a metadata column replaced by what the station's newest earlier row has there. */
export function withLastKnownMetadata(body: Buffer, earlier: readonly Buffer[]): Buffer {
  const known = new Map<string | null, ExportRow>();
  for (const row of earlier.flatMap(rowsOf)) known.set(row.stationcode, filled(row, known.get(row.stationcode)));
  const rows = rowsOf(body).map((row) => filled(row, known.get(row.stationcode)));
  return Buffer.from(JSON.stringify(rows));
}

function filled(row: ExportRow, known: ExportRow | undefined): ExportRow {
  if (known === undefined) return row;
  const last = Object.fromEntries(metadataColumns.map((column) => [column, row[column] ?? known[column]]));
  return { ...row, ...last };
}

function timeOf(name: string): number {
  const at = bodyTime(name, "Europe/Paris");
  if (at === null) throw new Error(`${name} has no time in its name`);
  return at;
}
