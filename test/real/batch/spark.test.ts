import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Check } from "typebox/schema";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ParquetColumn, writeParquet } from "../../../adapters/duckdb/parquet-file.ts";
import { withSession } from "../../../adapters/duckdb/session.ts";
import { readDataDir } from "../../../adapters/sqlite/data-dir.ts";
import { SqliteHistory } from "../../../adapters/sqlite/sqlite-history.ts";
import type { PollMarker } from "../../../core/log/record.ts";
import type { Observation } from "../../../core/observation/observation.ts";
import { type BatchResult, DayResult } from "../../../services/batch/batch-result.ts";
import { writeCommuterRecording } from "../../e2e/commuter-recording.ts";
import { runVelib } from "../../e2e/velib-process.ts";
import { describeReal } from "../servers.ts";

const program = fileURLToPath(new URL("../../../services/batch/spark/batch.py", import.meta.url));
/** A day of six stations needs no 200 tasks for each shuffle, as they are by default. */
const submit = "--master local[2] --conf spark.sql.shuffle.partitions=2 --conf spark.ui.enabled=false pyspark-shell";
const day = "2024-11-05";
const options = ["--day", day, "--time-zone", "Europe/Paris", "--keyframe-interval", "2h"];

describeReal("the batch on Spark", ["spark"], ({ spark }) => suite(spark.python));

function suite(interpreter: string): void {
  let dir: string;
  let duckdb: BatchResult;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "velib-spark-"));
    const dataDir = join(dir, "data");
    await writeFile(join(dir, "config.yaml"), "deduplication: { keyframeInterval: 2h }\nzones: { by: commune }\n");
    const recording = writeCommuterRecording(dir, { days: 3 });
    const place = ["--source", "suburb", "--data-dir", dataDir, "--config", join(dir, "config.yaml")];
    expect((await runVelib(["replay", recording, ...place])).stderr).toBe("");
    await writeFile(
      join(dir, "emptiest.sql"),
      "SELECT station, min(bikes) AS fewest FROM states GROUP BY station ORDER BY station;",
    );
    await exportHistory(dataDir, join(dir, "history"));
    duckdb = await resultOf(
      runVelib([
        "batch",
        "--data-dir",
        dataDir,
        "--out",
        join(dir, "duckdb"),
        ...options,
        "--report",
        join(dir, "emptiest.sql"),
      ]),
    );
  });

  afterAll(() => rm(dir, { recursive: true }));

  function spark(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const given = [program, "--history", join(dir, "history"), ...options, ...args];
    const env = {
      ...process.env,
      PYSPARK_PYTHON: interpreter,
      SPARK_LOCAL_IP: "127.0.0.1",
      PYSPARK_SUBMIT_ARGS: submit,
    };
    const { promise, resolve } = Promise.withResolvers<{ code: number; stdout: string; stderr: string }>();
    const child = execFile(interpreter, given, { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
    return promise;
  }

  it("writes the files that velib batch writes", async () => {
    const out = join(dir, "spark");

    const real = await resultOf(spark("--out", out, "--report", join(dir, "emptiest.sql")));

    const [expected, got] = [duckdb.days[0]!, real.days[0]!];
    const about = ({ seconds: _, parquet, csv, reports, ...rest }: DayResult) => {
      const files = [parquet, csv, ...reports.map(({ file }) => file)].map((file) => [file?.path, file?.rows]);
      return { ...rest, files, outcomes: reports.map(({ name, outcome }) => [name, outcome]) };
    };
    expect(about(got)).toEqual(about(expected));
    expect(got.observations).toBeGreaterThan(100);
    expect(real).toMatchObject({ kind: "BatchResult", engine: "Spark" });
    expect(Check(DayResult, JSON.parse(await readFile(join(out, `results/day=${day}/suburb.json`), "utf8")))).toBe(
      true,
    );
    expect(await parquetRows(join(out, got.parquet!.path))).toEqual(
      await parquetRows(join(dir, "duckdb", got.parquet!.path)),
    );
    expect(await readFile(join(out, got.csv!.path), "utf8")).toBe(
      await readFile(join(dir, "duckdb", got.csv!.path), "utf8"),
    );
    for (const { file } of got.reports) {
      const [mine, theirs] = [await cellsOf(join(out, file!.path)), await cellsOf(join(dir, "duckdb", file!.path))];
      expect(mine.length).toBeGreaterThan(5);
      expect(mine).toEqual(theirs);
    }
    expect((await readdir(out)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("refuses a report that is no SELECT, before any work", async () => {
    const sql = join(dir, "writes.sql");
    await writeFile(sql, "DROP VIEW observations");

    const { code, stderr } = await spark("--out", join(dir, "none"), "--report", sql);

    expect([code, stderr]).toEqual([2, expect.stringContaining("batch: report writes: ")]);
  });
}

async function resultOf(run: Promise<{ code: number | null; stdout: string; stderr: string }>): Promise<BatchResult> {
  const { code, stdout, stderr } = await run;
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** The history of a data dir as the program takes it instead of Cassandra. */
async function exportHistory(dataDir: string, folder: string): Promise<void> {
  await mkdir(folder);
  const open = readDataDir(dataDir);
  const history = new SqliteHistory(open.database);
  const all = [1_700_000_000_000, 1_750_000_000_000] as const;
  const observations: ParquetColumn<Observation>[] = [
    { name: "source", type: "text", value: (o) => o.source },
    { name: "station", type: "text", value: (o) => o.station },
    { name: "at", type: "time", value: (o) => o.at },
    { name: "bikes", type: "integer", value: (o) => o.bikes },
    { name: "mechanical", type: "integer", value: (o) => o.mechanical },
    { name: "ebike", type: "integer", value: (o) => o.ebike },
    { name: "docks", type: "integer", value: (o) => o.docks },
    { name: "is_installed", type: "integer", value: (o) => Number(o.installed) },
    { name: "is_renting", type: "integer", value: (o) => Number(o.renting) },
    { name: "is_returning", type: "integer", value: (o) => Number(o.returning) },
    { name: "capacity", type: "integer", value: (o) => o.capacity },
    { name: "zone", type: "text", value: (o) => o.zone },
    { name: "reported_at", type: "time", value: (o) => o.reportedAt },
  ];
  const polls: ParquetColumn<PollMarker>[] = [
    { name: "source", type: "text", value: (poll) => poll.source },
    { name: "at", type: "time", value: (poll) => poll.at },
    { name: "hold_ms", type: "integer", value: (poll) => poll.holdMs },
  ];
  try {
    await writeParquet(join(folder, "observations.parquet"), observations, history.between("suburb", ...all));
    await writeParquet(join(folder, "polls.parquet"), polls, history.polls("suburb", ...all));
  } finally {
    open.close();
  }
}

async function parquetRows(path: string): Promise<unknown> {
  return withSession({ threads: 1, spillFolder: tmpdir(), timeZone: "UTC" }, async (connection) => {
    const read = await connection.runAndReadAll(`SELECT * FROM read_parquet('${path}')`);
    return [read.columnNames(), read.columnTypes().map(String), read.getRowsJson()];
  });
}

/** Cells of a report; numbers without the last of their digits, which the order of a sum decides. */
async function cellsOf(path: string): Promise<(string | number)[][]> {
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  return lines.map((line) =>
    line
      .split(",")
      .map((cell) => (/^-?\d+(\.\d+)?(E-?\d+|e[+-]?\d+)?$/.test(cell) ? Number(Number(cell).toPrecision(12)) : cell)),
  );
}
