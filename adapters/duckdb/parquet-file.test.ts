import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ParquetColumn } from "./parquet-file.ts";
import { writeParquet } from "./parquet-file.ts";

interface Row {
  name: string | null;
  at: number | null;
  mean: number | null;
  count: number | null;
}

const columns: ParquetColumn<Row>[] = [
  { name: "name", type: "text", value: (row) => row.name },
  { name: "at", type: "time", value: (row) => row.at },
  { name: "mean", type: "number", value: (row) => row.mean },
  { name: "count", type: "integer", value: (row) => row.count },
];

const noon = Date.UTC(2024, 10, 8, 12);

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "velib-parquet-"));
  path = join(dir, "it's a file.parquet");
});

afterEach(() => rmSync(dir, { recursive: true }));

async function* rows(given: Iterable<Row>): AsyncGenerator<Row> {
  yield* given;
}

async function query(sql: string) {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const file = `'${path.replaceAll("'", "''")}'`;
  const result = await connection.runAndReadAll(sql.replaceAll("$file", file));
  const objects = result.getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return objects;
}

it("writes typed columns that keep null, every double and the time in UTC", async () => {
  const given = [
    { name: 'é 東京 "x"', at: noon + 123, mean: 1 / 3, count: 2 ** 40 },
    { name: null, at: null, mean: null, count: null },
    { name: "", at: 0, mean: 5e-324, count: -1 },
    { name: "largest", at: noon, mean: Number.MAX_VALUE, count: 0 },
  ];

  await writeParquet(path, columns, rows(given));

  expect(await query("DESCRIBE SELECT * FROM read_parquet($file)")).toMatchObject([
    { column_name: "name", column_type: "VARCHAR" },
    { column_name: "at", column_type: "TIMESTAMP WITH TIME ZONE" },
    { column_name: "mean", column_type: "DOUBLE" },
    { column_name: "count", column_type: "BIGINT" },
  ]);
  const read = await query(
    'SELECT name, epoch_ms("at")::DOUBLE AS "at", mean, "count"::DOUBLE AS "count" FROM read_parquet($file)',
  );
  expect(read).toEqual(given);
});

it("keeps the order of the rows over its vectors", async () => {
  const given = Array.from({ length: 10_001 }, (_, i) => ({ name: `${i % 7}`, at: noon, mean: i, count: i }));

  await writeParquet(path, columns, rows(given));

  expect(
    await query(
      'SELECT count(*)::INT AS n, bool_and("count" = file_row_number) AS sorted FROM read_parquet($file, file_row_number = true)',
    ),
  ).toEqual([{ n: 10_001, sorted: true }]);
});

it("writes a file with columns when there are no rows, and replaces the one that was there", async () => {
  writeFileSync(path, "something else");

  await writeParquet(path, columns, rows([]));

  expect(await query("SELECT count(*)::INT AS n FROM read_parquet($file)")).toEqual([{ n: 0 }]);
  expect(readdirSync(dir)).toEqual(["it's a file.parquet"]);
});

it("passes on the error of the rows that it is given", async () => {
  async function* broken(): AsyncGenerator<Row> {
    yield { name: "a", at: noon, mean: 1, count: 1 };
    throw new Error("the disk is gone");
  }

  await expect(writeParquet(path, columns, broken())).rejects.toThrow("the disk is gone");
});
