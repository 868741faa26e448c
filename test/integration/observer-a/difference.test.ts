import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differences } from "./difference.ts";

const header =
  "source,zone,start,end,mechanical_mean,ebike_mean,bikes_mean,docks_mean,occupancy_mean,stations,bikes_total,coverage,changes";
const first = "s,1,1970-01-01T00:00:00.000Z,1970-01-01T00:03:00.000Z,,,0.3333333333333333,2,,1,0.3333333333333333,1,1";
const second = "s,1,1970-01-01T00:03:00Z,1970-01-01T00:06:00Z,1,1,2000,2,0.5,1,2000,1,0";

let dir: string;
let connection: DuckDBConnection;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "velib-difference-"));
  connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run(`
    CREATE TEMP TABLE expected_zone_window AS
    SELECT 's' AS source, '1' AS zone, 0::BIGINT AS start, 180000::BIGINT AS "end", NULL::DOUBLE AS mechanical_mean,
      NULL::DOUBLE AS ebike_mean, 1 / 3 AS bikes_mean, 2 AS docks_mean, NULL::DOUBLE AS occupancy_mean, 1 AS stations,
      1 / 3 AS bikes_total, 1 AS coverage, 1 AS changes
    UNION ALL SELECT 's', '1', 180000, 360000, 1, 1, 2000, 2, 0.5, 1, 2000, 1, 0
  `);
});

afterAll(async () => {
  connection.closeSync();
  await rm(dir, { recursive: true });
});

async function found(...lines: string[]): Promise<string[]> {
  const csv = join(dir, "windows.csv");
  await writeFile(csv, `${lines.join("\n")}\n`);
  return differences(connection, "zone", csv);
}

describe("differences", () => {
  it("finds none between equal windows", async () => {
    expect(await found(header, first, second)).toEqual([]);
  });

  it("takes 1e-9 as equal, absolutely below 1 and relatively above", async () => {
    const near = first.replaceAll("0.3333333333333333", "0.33333333400");
    expect(await found(header, near, second.replaceAll("2000", "2000.0000019"))).toEqual([]);
  });

  it.each([
    [
      "a value apart",
      [header, first, second.replace(",2000,2,", ",2000.0000021,2,")],
      "s 1 1970-01-01T00:03:00.000Z: bikes_mean: expected 2000.0, got 2000.0000021",
    ],
    [
      "a value for a null",
      [header, first.replace(",,,", ",0,,"), second],
      "s 1 1970-01-01T00:00:00.000Z: mechanical_mean: expected null, got 0.0",
    ],
    [
      "a null for a value",
      [header, first, second.replace("0.5", "")],
      "s 1 1970-01-01T00:03:00.000Z: occupancy_mean: expected 0.5, got null",
    ],
    ["a row missing", [header, first], "s 1 1970-01-01T00:03:00.000Z: missing"],
    [
      "a row too many",
      [header, first, second, second.replace("s,1", "s,2")],
      "s 2 1970-01-01T00:03:00.000Z: not expected",
    ],
    ["a row twice", [header, first, second, second], "s 1 1970-01-01T00:03:00.000Z: 2 times"],
    [
      "rows out of order",
      [header, second, first],
      "s 1 1970-01-01T00:00:00.000Z: after a row that it should precede, line 3",
    ],
    [
      "a wrong end",
      [header, first, second.replace("00:06", "00:07")],
      "s 1 1970-01-01T00:03:00.000Z: end: expected 360000, got 420000",
    ],
  ])("reports %s", async (_what, lines, difference) => {
    expect(await found(...lines)).toEqual([difference]);
  });

  it("reports other columns than those agreed on", async () => {
    expect(await found(header.replace("zone", "area"), first)).toEqual([
      expect.stringMatching(/^columns: expected source,zone,/),
    ]);
  });

  it("reports the first ten of many and the number of the others", async () => {
    const many = Array.from({ length: 30 }, (_, i) => second.replace("s,1", `t,${i + 10}`));

    const report = await found(header, first, second, ...many);

    expect(report).toHaveLength(11);
    expect(report[10]).toBe("… and 20 more");
  });
});
