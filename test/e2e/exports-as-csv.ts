import { type ExportRow, type RecordedExport, rowsOf } from "./recorded-exports.ts";

const flag = (cell: string) => (cell === "OUI" ? 1 : 0);

/** The columns of the recordings' CSVs. */
const statusColumns: Record<string, (row: ExportRow) => string | number | null> = {
  stationcode: (row) => row.stationcode,
  is_installed: (row) => flag(row.is_installed),
  is_renting: (row) => flag(row.is_renting),
  is_returning: (row) => flag(row.is_returning),
  capacity: (row) => row.capacity,
  numdocksavailable: (row) => row.numdocksavailable,
  numbikesavailable: (row) => row.numbikesavailable,
  mechanical: (row) => row.mechanical,
  ebike: (row) => row.ebike,
  duedate: (row) => row.duedate,
};

const listColumns: Record<string, (row: ExportRow) => string | number | null> = {
  stationcode: (row) => row.stationcode,
  name: (row) => row.name,
  lat: (row) => row.coordonnees_geo?.lat ?? null,
  lon: (row) => row.coordonnees_geo?.lon ?? null,
  capacity: (row) => row.capacity,
  nom_arrondissement_communes: (row) => row.nom_arrondissement_communes,
};

/** The exports as a status CSV, in the columns of the recordings. */
export function statusCsv(exports: readonly RecordedExport[]): string {
  const lines = exports.flatMap(({ at, body }) => {
    const time = new Date(at).toISOString();
    return rowsOf(body).map((row) => [time, ...cells(row, statusColumns)].join(","));
  });
  return `${[["polled_at", ...Object.keys(statusColumns)].join(","), ...lines].join("\n")}\n`;
}

/** What the exports' first rows say about each station, as a list of stations. */
export function stationsCsv(exports: readonly RecordedExport[]): string {
  const first = new Map<string, ExportRow>();
  for (const row of exports.flatMap(({ body }) => rowsOf(body))) {
    if (row.stationcode !== null && !first.has(row.stationcode)) first.set(row.stationcode, row);
  }
  const lines = [...first.values()].map((row) => cells(row, listColumns).join(","));
  return `${[Object.keys(listColumns).join(","), ...lines].join("\n")}\n`;
}

/** RFC 4180: text in quotes, a quote doubled; null is an empty cell. */
function cells(row: ExportRow, columns: typeof statusColumns): string[] {
  return Object.values(columns).map((cell) => {
    const value = cell(row);
    return typeof value === "string" ? `"${value.replaceAll('"', '""')}"` : String(value ?? "");
  });
}
