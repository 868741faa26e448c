import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDataDir } from "../../adapters/sqlite/data-dir.ts";
import { keepWindowLength } from "../../adapters/sqlite/data-dir-settings.ts";
import { SqliteResults } from "../../adapters/sqlite/sqlite-results.ts";
import { commitOf, stationWindow, windowMs, zonePart } from "../../test/contracts/result-rows.ts";
import { runVelib, velib } from "../cli/testing/run-velib.ts";

const timeout = 30_000;

const stationHeader =
  "source,station,start,end,mechanical_mean,ebike_mean,bikes_mean,docks_mean,occupancy_mean,bikes_min,bikes_max,bikes_last,docks_min,docks_max,docks_last,coverage,changes";
const zoneHeader =
  "source,zone,start,end,mechanical_mean,ebike_mean,bikes_mean,docks_mean,occupancy_mean,stations,bikes_total,coverage,changes";

/** Windows at 12:00 and 12:03 of stations whose codes and zones a CSV has to quote or sort. */
const unknown = { mechanicalMean: null, ebikeMean: null, occupancyMean: null, bikesLast: null, docksLast: null };
const third = { bikesMean: 1 / 3, coverage: 0.1 + 0.2 };

let dir: string;
let data: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "velib-windows-test-"));
  data = join(dir, "data");
  const { database, close } = openDataDir(data);
  keepWindowLength(database, windowMs);
  const results = new SqliteResults(database, windowMs);
  await results.commit(
    commitOf({
      windows: [
        stationWindow("paris", "9", 0, third),
        stationWindow("paris", "10", 1),
        stationWindow("paris", "10", 0),
        stationWindow("paris", 'é, "x"', 0, unknown),
        stationWindow("oslo", "9", 0),
      ],
      zoneParts: [
        zonePart("paris", 'Évry, "Sud"', 1, 0),
        zonePart("paris", "4", 0, 0, { splitMs: 0, mechanicalMs: 0, ebikeMs: 0, placesMs: 0, bikesMs: 0, docksMs: 0 }),
        zonePart("oslo", "4", 0, 0),
      ],
    }),
  );
  close();
});

afterAll(() => rmSync(dir, { recursive: true }));

async function windows(...args: string[]): Promise<Buffer> {
  const { code, stdout, stderr } = await runVelib(["windows", "--data-dir", data, ...args]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout;
}

describe("velib windows", { timeout }, () => {
  it("prints the windows of stations as CSV, sorted by source, station and start", async () => {
    const rest = "2.25,1.125,3.375,7.5,0.3,1,5,4,6,9,8,1,2";

    expect((await windows()).toString().split("\n")).toEqual([
      stationHeader,
      `oslo,9,2024-11-08T12:00:00Z,2024-11-08T12:03:00Z,${rest}`,
      `paris,10,2024-11-08T12:00:00Z,2024-11-08T12:03:00Z,${rest}`,
      `paris,10,2024-11-08T12:03:00Z,2024-11-08T12:06:00Z,${rest}`,
      "paris,9,2024-11-08T12:00:00Z,2024-11-08T12:03:00Z,2.25,1.125,0.3333333333333333,7.5,0.3,1,5,4,6,9,8,0.30000000000000004,2",
      'paris,"é, ""x""",2024-11-08T12:00:00Z,2024-11-08T12:03:00Z,,,3.375,7.5,,1,5,,6,9,,1,2',
      "",
    ]);
  });

  it("prints the windows of zones", async () => {
    expect((await windows("--by", "zone")).toString().split("\n")).toEqual([
      zoneHeader,
      "oslo,4,2024-11-08T12:00:00Z,2024-11-08T12:03:00Z,3,1,4,6,0.4,2,8,1,5",
      "paris,4,2024-11-08T12:00:00Z,2024-11-08T12:03:00Z,,,0,0,,2,0,1,5",
      'paris,"Évry, ""Sud""",2024-11-08T12:03:00Z,2024-11-08T12:06:00Z,3,1,4,6,0.4,2,8,1,5',
      "",
    ]);
  });

  it.each([
    ["a source", ["--source", "oslo"], 1],
    ["a source that is not there", ["--source", "lyon"], 0],
    ["from, which is in", ["--from", "2024-11-08T12:03:00Z"], 1],
    ["to, which is out", ["--to", "2024-11-08T12:03:00Z"], 4],
    ["times with another zone", ["--from", "2024-11-08T13:03:00+01:00"], 1],
    ["times without a zone, which are UTC", ["--from", "2024-11-08T12:03"], 1],
    ["whole days", ["--from", "2024-11-08", "--to", "2024-11-09"], 5],
  ])("takes %s", async (_what, args, count) => {
    const lines = (await windows(...args)).toString().trimEnd().split("\n");

    expect(lines).toHaveLength(1 + count);
  });

  it("prints JSON that says the same as CSV", async () => {
    const rows = JSON.parse((await windows("--format", "json", "--source", "paris")).toString());

    expect(Object.keys(rows[0])).toEqual(stationHeader.split(","));
    expect(rows.map((row: { station: string }) => row.station)).toEqual(["10", "10", "9", 'é, "x"']);
    expect(rows[2]).toMatchObject({
      start: "2024-11-08T12:00:00Z",
      bikes_mean: 1 / 3,
      coverage: 0.1 + 0.2,
      changes: 2,
    });
    expect(rows[3]).toMatchObject({ mechanical_mean: null, occupancy_mean: null, bikes_last: null, docks_last: null });
  });

  it.each([
    ["station", stationHeader],
    ["zone", zoneHeader],
  ])("prints Parquet by %s that says the same as CSV", async (by, header) => {
    const files = { csv: join(dir, `${by}.csv`), parquet: join(dir, `${by}.parquet`) };
    writeFileSync(files.csv, await windows("--by", by));
    writeFileSync(files.parquet, await windows("--by", by, "--format", "parquet"));

    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const read = async (table: string) => (await connection.runAndReadAll(`SELECT * FROM ${table}`)).getRowsJson();
    const parquet = await connection.runAndReadAll(`DESCRIBE SELECT * FROM '${files.parquet}'`);
    const types = parquet.getRowObjectsJson().map((row) => [String(row.column_name), String(row.column_type)]);
    const declared = types.map(([name, type]) => `'${name}': '${type}'`).join(", ");
    const fromCsv = await read(`read_csv('${files.csv}', header = true, columns = {${declared}})`);
    const fromParquet = await read(`'${files.parquet}'`);
    connection.closeSync();
    instance.closeSync();

    expect(types.map(([name]) => name).join(",")).toBe(header);
    expect(types.filter(([, type]) => type === "TIMESTAMP WITH TIME ZONE").map(([name]) => name)).toEqual([
      "start",
      "end",
    ]);
    expect(fromParquet).toEqual(fromCsv);
    expect(fromParquet.length).toBeGreaterThan(2);
  });

  it("prints a header alone for a data dir without windows", async () => {
    const empty = join(dir, "empty");
    openDataDir(empty).close();

    const { code, stdout } = await runVelib(["windows", "--data-dir", empty]);

    expect(stdout.toString()).toBe(`${stationHeader}\n`);
    expect(code).toBe(0);
  });
});

describe("velib windows, when its reader goes away", { timeout }, () => {
  it.each(["csv", "json", "parquet"])("ends %s quietly and with success", async (format) => {
    const many = join(dir, `many-${format}`);
    const { database, close } = openDataDir(many);
    keepWindowLength(database, windowMs);
    const rows = Array.from({ length: 20_000 }, (_, n) => stationWindow("paris", String(n % 100), Math.floor(n / 100)));
    await new SqliteResults(database, windowMs).commit(commitOf({ windows: rows }));
    close();

    const args = [velib, "windows", "--data-dir", many, "--format", format];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (piece: string) => {
      stderr += piece;
    });
    await once(child.stdout, "data");
    child.stdout.destroy();
    const [code] = await once(child, "close");

    expect(stderr).toBe("");
    expect(code).toBe(0);
  });
});
