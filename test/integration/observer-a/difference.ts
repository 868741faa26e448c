import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { DuckDBConnection } from "@duckdb/node-api";
import { quoted } from "./expected.ts";

/** What a windows CSV is about: its key column, and the table and numbers to compare it with. */
const tables = {
  station: {
    table: "expected_station_window",
    numbers: [
      ...["mechanical_mean", "ebike_mean", "bikes_mean", "docks_mean", "occupancy_mean"],
      ...["bikes_min", "bikes_max", "bikes_last", "docks_min", "docks_max", "docks_last", "coverage", "changes"],
    ],
  },
  zone: {
    table: "expected_zone_window",
    numbers: [
      ...["mechanical_mean", "ebike_mean", "bikes_mean", "docks_mean", "occupancy_mean"],
      ...["stations", "bikes_total", "coverage", "changes"],
    ],
  },
} as const;

const shown = 10;

/**
 * Compares a CSV of `velib windows` with the expected windows, both ways: rows that are missing, not expected or twice
 * there, nulls, ends, numbers that differ by more than 1e-9 (absolute below 1, relative above), and the order of rows.
 * Returns the findings in words, the first few rows of each kind; empty when the two are equal.
 */
export async function differences(
  connection: DuckDBConnection,
  by: "station" | "zone",
  csv: string,
): Promise<string[]> {
  const { table, numbers } = tables[by];
  const columns = ["source", by, "start", "end", ...numbers];
  const header = await firstLine(csv);
  if (header !== columns.join(",")) return [`columns: expected ${columns.join(",")}, got ${header}`];

  const types = columns.map((name, i) => `'${name}': '${i < 2 ? "VARCHAR" : i < 4 ? "TIMESTAMP" : "DOUBLE"}'`);
  await connection.run(`
    CREATE OR REPLACE TEMP MACRO apart(expected, actual) AS
      (expected IS NULL) <> (actual IS NULL) OR abs(expected - actual) > 1e-9 * greatest(1, abs(expected));

    CREATE OR REPLACE TEMP TABLE actual AS
    SELECT * REPLACE (epoch_ms(start) AS start, epoch_ms("end") AS "end"), row_number() OVER () AS line
    FROM read_csv(${quoted(csv)}, header = true, auto_detect = false, columns = {${types.join(", ")}});

    CREATE OR REPLACE TEMP TABLE difference AS
    SELECT
      source, ${by} AS name, start,
      CASE
        WHEN expected.bikes_mean IS NULL THEN 'not expected'
        WHEN actual.line IS NULL THEN 'missing'
        ELSE concat_ws('; ', ${["end", ...numbers].map(differing).join(", ")})
      END AS what
    FROM ${table} AS expected FULL JOIN actual USING (source, ${by}, start);
  `);

  const key = `source, ${by}, start`;
  const before = `lag(source) OVER (ORDER BY line), lag(${by}) OVER (ORDER BY line), lag(start) OVER (ORDER BY line)`;
  return [
    ...(await lines(connection, `SELECT source, name, start, what FROM difference WHERE what <> '' ORDER BY ALL`)),
    ...(await lines(connection, `SELECT ${key}, count(*) || ' times' FROM actual GROUP BY ${key} HAVING count(*) > 1`)),
    ...(await lines(
      connection,
      `SELECT ${key}, 'after a row that it should precede, line ' || (line + 1)
       FROM actual QUALIFY line > 1 AND (${key}) < (${before}) ORDER BY line`,
    )),
  ];
}

/** SQL for one column: null where both sides agree, else what they say. */
function differing(name: string): string {
  const [expected, actual] = [`expected."${name}"`, `actual."${name}"`];
  const said = `'${name}: expected ' || coalesce(${expected}::VARCHAR, 'null') || ', got ' || coalesce(${actual}::VARCHAR, 'null')`;
  return `CASE WHEN apart(${expected}, ${actual}) THEN ${said} END`;
}

/** The first rows of (source, name, start in ms, what) as text, and how many more there are. */
async function lines(connection: DuckDBConnection, sql: string): Promise<string[]> {
  const reader = await connection.runAndReadAll(`SELECT *, count(*) OVER () FROM (${sql}) LIMIT ${shown}`);
  const rows = reader.getRows();
  const found = rows.map(([source, name, start, what]) => {
    return `${source} ${name} ${new Date(Number(start)).toISOString()}: ${what}`;
  });
  const more = Number(rows[0]?.[4] ?? 0) - found.length;
  return more > 0 ? [...found, `… and ${more} more`] : found;
}

async function firstLine(path: string): Promise<string> {
  const input = createReadStream(path, "utf8");
  try {
    for await (const line of createInterface({ input })) return line;
    return "";
  } finally {
    input.destroy();
  }
}
