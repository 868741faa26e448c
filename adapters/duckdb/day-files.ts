import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import {
  heldObservations,
  holdEnds,
  isoText,
  observationColumns,
  observationsOf,
  pollColumns,
  rawColumns,
  structOf,
} from "./day-tables.ts";
import { copied, literal, withSession } from "./session.ts";

/** A stretch of history that readers have written down, to be made into a day's files. */
export interface RawDay {
  source: string;
  timeZone: string;
  /** The day, ms: [start, end). The files below reach further to both sides. */
  start: number;
  end: number;
  keyframeMs: number;
  /** CSV by `rawColumns`, any order, no row twice. */
  observationFiles: readonly string[];
  /** CSV by `pollColumns`. */
  pollFile: string;
}

export interface DayFiles {
  /** Observations of the day by time, then station. */
  parquet: string;
  csv: string;
  /** Observations from before the day that still hold at its start; same columns. */
  carriedParquet: string;
  observations: number;
  stations: number;
}

/**
 * Writes a day as Parquet (zstd) and CSV into a folder. The same history gives the same bytes, however many threads
 * work and however the raw files are cut.
 */
export async function writeDayFiles(day: RawDay, folder: string, threads: number): Promise<DayFiles> {
  const settings = { threads, spillFolder: join(folder, "spill"), timeZone: day.timeZone };
  const files = {
    parquet: join(folder, "observations.parquet"),
    csv: join(folder, "observations.csv"),
    carriedParquet: join(folder, "carried.parquet"),
  };
  return withSession(settings, async (connection) => {
    await loadHeld(connection, day);
    const observations = `${observationsOf(literal(day.source))} WHERE at_ms >= ${day.start} AND at_ms < ${day.end}`;
    const rows = await copied(
      connection,
      `COPY (${observations} ORDER BY at_ms, station) TO ${literal(files.parquet)} ${asParquet}`,
    );
    const carried = `${observationsOf(literal(day.source))} WHERE at_ms < ${day.start} AND until_ms > ${day.start}`;
    await connection.run(`COPY (${carried}) TO ${literal(files.carriedParquet)} ${asParquet}`);
    await connection.run("DROP TABLE held");
    // From the Parquet: a second sorted copy of the day in memory would cost as much again.
    const written = `read_parquet(${literal(files.parquet)})`;
    await connection.run(`COPY (SELECT ${csvColumns} FROM ${written}) TO ${literal(files.csv)} (HEADER)`);
    const counted = await connection.runAndReadAll(`SELECT count(DISTINCT station) FROM ${written}`);
    return { ...files, observations: rows, stations: Number(counted.getRows()[0]?.[0] ?? 0) };
  });
}

const asParquet = "(FORMAT parquet, COMPRESSION zstd)";

const csvColumns = Object.entries(observationColumns)
  .map(([name, type]) => (type === "TIMESTAMPTZ" ? `${isoText(name)} AS ${name}` : name))
  .join(", ");

async function loadHeld(connection: DuckDBConnection, day: RawDay): Promise<void> {
  // With `auto_detect` off nothing is guessed from the first rows.
  const read = (files: readonly string[], columns: Record<string, string>) =>
    `SELECT * FROM read_csv([${files.map(literal)}], columns = ${structOf(columns)}, header = false,
      delim = ',', quote = '"', escape = '"', nullstr = '', auto_detect = false)`;
  await connection.run(`CREATE VIEW raw AS ${read(day.observationFiles, rawColumns)}`);
  await connection.run(`CREATE TABLE polls AS ${read([day.pollFile], pollColumns)}`);
  await connection.run(`CREATE TABLE hold_ends AS ${holdEnds(day.keyframeMs)}`);
  await connection.run(`CREATE TABLE held AS ${heldObservations(day.keyframeMs)}`);
}
