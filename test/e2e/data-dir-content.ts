import { createHash } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { hashOfOutput } from "./velib-process.ts";

/**
 * The tables of a data dir with names in place of the numbers that stand for them: those are given in the order in
 * which names turn up. Left out is what counts starts (the generations).
 */
const tables = {
  dead_letters: "SELECT * FROM dead_letters ORDER BY id",
  observations: `
    SELECT s.name AS source, o.at, t.code AS station, o.bikes, o.mechanical, o.ebike, o.docks, o.is_installed,
      o.is_renting, o.is_returning, o.capacity, z.name AS zone, o.reported_at
    FROM observations o JOIN sources s ON s.id = o.source_id JOIN stations t ON t.id = o.station_id
      LEFT JOIN zones z ON z.id = o.zone_id
    ORDER BY s.name, o.at, t.code`,
  polls: "SELECT s.name AS source, p.at, p.marker FROM polls p JOIN sources s ON s.id = p.source_id ORDER BY 1, 2",
  station_states: "SELECT * FROM station_states ORDER BY source, station",
  source_states: "SELECT * FROM source_states ORDER BY source",
  window_starts:
    "SELECT s.name AS source, w.start FROM window_starts w JOIN sources s ON s.id = w.source_id ORDER BY 1, 2",
  zone_sums: `
    SELECT s.name AS source, w.start, z.name AS zone, w.partition, w.known_ms, w.bikes_ms, w.docks_ms, w.mechanical_ms,
      w.ebike_ms, w.split_ms, w.places_ms, w.stations, w.zone_stations, w.changes
    FROM zone_windows w JOIN sources s ON s.id = w.source_id JOIN zones z ON z.id = w.zone_id
    ORDER BY s.name, w.start, z.name, w.partition`,
  log: "SELECT base_offset, count, source, at, marker, records FROM log_batches ORDER BY base_offset",
  log_stations: "SELECT * FROM log_stations ORDER BY source, station",
  read_until: `
    SELECT 'aggregator' AS reader, partition, log_offset FROM checkpoints
    UNION ALL SELECT 'archiver', partition, log_offset FROM history_positions ORDER BY 1, 2`,
};

type Table = keyof typeof tables | "windows by station" | "windows by zone";

/** The number of rows of a table and a hash of every byte of them. */
export type Content = Record<Table, { sha256: string; lines: number }>;

/** What a data dir holds: its tables, and what `velib windows` prints from it. No process may be writing it. */
export async function contentOf(dir: string): Promise<Content> {
  const [byStation, byZone] = await Promise.all([
    hashOfOutput(["windows", "--by", "station", "--data-dir", dir]),
    hashOfOutput(["windows", "--by", "zone", "--data-dir", dir]),
  ]);
  const database = new DatabaseSync(join(dir, "velib.sqlite"), { readOnly: true });
  try {
    const hashed = (table: keyof typeof tables) => hashOfRows(database, tables[table]);
    return {
      "windows by station": byStation,
      "windows by zone": byZone,
      dead_letters: hashed("dead_letters"),
      observations: hashed("observations"),
      polls: hashed("polls"),
      station_states: hashed("station_states"),
      source_states: hashed("source_states"),
      window_starts: hashed("window_starts"),
      zone_sums: hashed("zone_sums"),
      log: hashed("log"),
      log_stations: hashed("log_stations"),
      read_until: hashed("read_until"),
    };
  } finally {
    database.close();
  }
}

/** Times of the polls that count, ms, ascending. */
export function pollTimes(dir: string): number[] {
  const database = new DatabaseSync(join(dir, "velib.sqlite"), { readOnly: true });
  try {
    return database
      .prepare("SELECT at FROM polls ORDER BY at")
      .all()
      .map(({ at }) => Number(at));
  } finally {
    database.close();
  }
}

function hashOfRows(database: DatabaseSync, sql: string): { sha256: string; lines: number } {
  const hash = createHash("sha256");
  let lines = 0;
  for (const row of database.prepare(sql).iterate()) {
    hash.update(`${JSON.stringify(row)}\n`);
    lines++;
  }
  return { sha256: hash.digest("hex"), lines };
}
