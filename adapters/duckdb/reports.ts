import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { VelibError } from "../../core/errors.ts";
import { observationColumns, statesOf } from "./day-tables.ts";
import { copied, literal, withSession } from "./session.ts";

/** A table made of a day by one SELECT over `observations` and `states`. */
export interface Report {
  name: string;
  sql: string;
}

/** The day's files that reports read. */
export interface ReportedDay {
  timeZone: string;
  /** [start, end), ms. */
  start: number;
  end: number;
  parquet: string;
  carriedParquet: string;
}

export type ReportOutcome =
  | { name: string; outcome: "Written"; csv: string; rows: number }
  | { name: string; outcome: "Failed"; message: string };

/**
 * Prepares reports on tables without rows, so that a mistake shows before hours of work.
 * @throws VelibError VELIB_REPORT_SQL for the first that is no single SELECT over the tables there are
 */
export async function checkReports(reports: readonly Report[], folder: string): Promise<void> {
  await withSession({ threads: 1, spillFolder: folder, timeZone: "UTC" }, async (connection) => {
    const columns = Object.entries(observationColumns).map(([name, type]) => `${name} ${type}`);
    await connection.run(`CREATE TABLE observations (${columns})`);
    await connection.run(`CREATE VIEW states AS ${statesOf(["observations"], "now()", "now()")}`);
    await shutIn(connection, []);
    for (const report of reports) await assertSelect(connection, report);
  });
}

/** Runs reports over a day, each into a CSV in the folder; one that fails does not keep the others from their work. */
export async function writeReports(
  reports: readonly Report[],
  day: ReportedDay,
  folder: string,
  threads: number,
): Promise<ReportOutcome[]> {
  const settings = { threads, spillFolder: join(folder, "spill"), timeZone: day.timeZone };
  return withSession(settings, async (connection) => {
    await connection.run(`CREATE VIEW observations AS SELECT * FROM read_parquet(${literal(day.parquet)})`);
    await connection.run(`CREATE VIEW carried AS SELECT * FROM read_parquet(${literal(day.carriedParquet)})`);
    const [start, end] = [day.start, day.end].map((ms) => `make_timestamptz(${ms * 1000})`);
    await connection.run(`CREATE VIEW states AS ${statesOf(["observations", "carried"], start!, end!)}`);
    await shutIn(connection, [folder]);
    const outcomes: ReportOutcome[] = [];
    for (const report of reports) outcomes.push(await writeReport(connection, report, folder));
    return outcomes;
  });
}

async function writeReport(
  connection: DuckDBConnection,
  { name, sql }: Report,
  folder: string,
): Promise<ReportOutcome> {
  const csv = join(folder, `report-${name}.csv`);
  try {
    const rows = await copied(connection, `COPY (${statement(sql)}\n) TO ${literal(csv)} (HEADER)`);
    return { name, outcome: "Written", csv, rows };
  } catch (error) {
    return { name, outcome: "Failed", message: firstLine(error) };
  }
}

/** SQL of a configuration reads the day and nothing else of the machine or the network. */
async function shutIn(connection: DuckDBConnection, folders: readonly string[]): Promise<void> {
  await connection.run(`SET allowed_directories = [${folders.map((folder) => literal(`${folder}/`))}]`);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
}

async function assertSelect(connection: DuckDBConnection, { name, sql }: Report): Promise<void> {
  const { StatementType } = await import("@duckdb/node-api");
  try {
    if (statement(sql) === "") throw new Error("expected one SELECT, got nothing");
    const statements = await connection.extractStatements(statement(sql));
    if (statements.count !== 1) throw new Error(`expected one SELECT, got ${statements.count} statements`);
    const prepared = await statements.prepare(0);
    if (prepared.statementType !== StatementType.SELECT) throw new Error("expected a SELECT, got another statement");
    // Within brackets, as it will run.
    await connection.prepare(`SELECT * FROM (${statement(sql)}\n)`);
  } catch (cause) {
    throw new VelibError("VELIB_REPORT_SQL", `report ${name}: ${firstLine(cause)}; correct its SQL`, { cause });
  }
}

function statement(sql: string): string {
  return sql.trim().replace(/;+$/, "");
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0]!.trim();
}
