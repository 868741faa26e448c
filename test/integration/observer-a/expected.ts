import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** A recording and how it is to be aggregated. */
export interface Parameters {
  /** Whose columns the recording has. */
  format: "paris" | "oslo";
  /** Path of the recording, CSV or CSV in gzip. */
  recording: string;
  /** Path of the list of stations, CSV. */
  stations: string;
  /** The source's name in the windows. */
  source: string;
  windowMs: number;
  latenessMs: number;
  keyframeMs: number;
  /** How long an observation holds; by default max(10 min, 2 × the median interval). */
  holdMs?: number;
}

/** What passed through the pipeline: polls that count, records by kind, dead letters by reason. */
export interface Counts {
  polls: number;
  changes: number;
  keyframes: number;
  absent: number;
  deadLetters: Record<string, number>;
}

/** Steps after the recording is read, in order; each file says which tables it reads and writes. */
const steps = ["observations", "station-windows", "zone-windows", "log-records"];

/** Tables that nobody reads after the last step: a million rows and more each. */
const intermediate = ["reading", "judged", "valid_row", "observation", "piece", "presence", "prompted"];

/**
 * Computes from a recording, in SQL alone, what the pipeline must make of it: the tables `expected_station_window`,
 * `expected_zone_window`, `log_record` and `dead_letter` of the returned connection. Nothing of `core` takes part.
 */
export async function computeExpected(parameters: Parameters): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "2500MB", temp_directory: tmpdir() });
  const connection = await instance.connect();
  const variables = {
    recording: parameters.recording,
    stations: parameters.stations,
    source: parameters.source,
    window_ms: parameters.windowMs,
    lateness_ms: parameters.latenessMs,
    keyframe_ms: parameters.keyframeMs,
    given_hold_ms: parameters.holdMs ?? null,
  };
  for (const [name, value] of Object.entries(variables)) {
    await connection.run(`SET VARIABLE ${name} = ${literal(value)}`);
  }
  for (const step of [`recording-${parameters.format}`, ...steps]) {
    await connection.run(await readFile(fileURLToPath(new URL(`${step}.sql`, import.meta.url)), "utf8"));
  }
  for (const table of intermediate) await connection.run(`DROP TABLE ${table}`);
  return connection;
}

/** The counts that the pipeline must report for the recording. */
export async function expectedCounts(connection: DuckDBConnection): Promise<Counts> {
  const [polls] = await counted(connection, "SELECT 'polls', count(*) FROM poll");
  const records = Object.fromEntries(await counted(connection, "SELECT kind, count(*) FROM log_record GROUP BY kind"));
  const deadLetters = await counted(connection, "SELECT reason, count(*) FROM dead_letter GROUP BY reason");
  return {
    polls: polls?.[1] ?? 0,
    changes: records.change ?? 0,
    keyframes: records.keyframe ?? 0,
    absent: records.absent ?? 0,
    deadLetters: Object.fromEntries(deadLetters),
  };
}

function literal(value: string | number | null): string {
  if (value === null) return "NULL";
  return typeof value === "number" ? `${value}::BIGINT` : quoted(value);
}

/** A string literal of SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function counted(connection: DuckDBConnection, sql: string): Promise<[string, number][]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows().map(([name, count]) => [String(name), Number(count)]);
}
