import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readDataDir } from "../../adapters/sqlite/data-dir.ts";
import { SqliteResults } from "../../adapters/sqlite/sqlite-results.ts";
import type { BatchResult } from "../../services/batch/batch-result.ts";
import { writeCommuterRecording } from "./commuter-recording.ts";
import { folderContent } from "./folder-content.ts";
import { runVelib } from "./velib-process.ts";

const hourMs = 3_600_000;

let dir: string;
let dataDir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "velib-batch-e2e-"));
  dataDir = join(dir, "data");
  const recording = writeCommuterRecording(dir, { days: 3 });
  writeFileSync(join(dir, "config.yaml"), "aggregation: { window: 1h }\nzones: { by: commune }\n");
  const config = join(dir, "config.yaml");
  const { code, stderr } = await runVelib([
    "replay",
    recording,
    "--source",
    "suburb",
    "--data-dir",
    dataDir,
    "--config",
    config,
  ]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

afterAll(() => rmSync(dir, { recursive: true }));

async function batch(out: string, ...more: string[]): Promise<BatchResult> {
  const { code, stdout, stderr } = await runVelib(["batch", "--data-dir", dataDir, "--out", join(dir, out), ...more]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe("velib batch", () => {
  it("writes a day as Parquet, CSV and report, and the same bytes again with two partitions", async () => {
    const one = await batch("one", "--day", "2024-11-05");
    const before = folderContent(join(dir, "one"));
    const again = await batch("one", "--day", "2024-11-05", "--partitions", "2");

    const [day] = one.days;
    expect(day).toMatchObject({ source: "suburb", outcome: "Written", complete: true, polls: 144, stations: 6 });
    // Polls come every ten minutes, as keyframes do: every observation is there.
    expect(day).toMatchObject({ observations: 864, parquet: { rows: 864 }, csv: { rows: 864 } });
    expect(again.partitions).toBe(2);
    const files = ({ parquet, csv, reports }: BatchResult["days"][number]) => [parquet, csv, reports];
    expect(files(again.days[0]!)).toEqual(files(day!));
    expect(filesOf(before).filter((name) => !name.startsWith("results"))).toEqual([
      "csv/day=2024-11-05/suburb.csv",
      "parquet/day=2024-11-05/suburb.parquet",
      "reports/zone-hours/day=2024-11-05/suburb.csv",
    ]);
    expect(readdirSync(join(dir, "one")).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("reports the same averages as the pipeline's own windows of an hour", async () => {
    await batch("hours", "--day", "2024-11-05");
    const csv = readFileSync(join(dir, "hours/reports/zone-hours/day=2024-11-05/suburb.csv"), "utf8");
    const [header = "", ...lines] = csv.trim().split("\n");
    const reported = lines.map((line) => new Map(line.split(",").map((cell, i) => [header.split(",")[i], cell])));

    const from = Date.parse("2024-11-05T00:00:00Z");
    const windows = await windowsBetween(from, from + 24 * hourMs);

    expect(reported).toHaveLength(48);
    for (const [i, row] of reported.entries()) {
      const window = windows[i]!;
      expect(row.get("zone")).toBe(window.zone);
      expect(Date.parse(row.get("hour")?.replace(/\+00$/, "Z") ?? "")).toBe(window.start);
      expect(Number(row.get("stations"))).toBe(window.stations);
      for (const [column, value] of [
        ["bikes_mean", window.bikesMean],
        ["docks_mean", window.docksMean],
        ["mechanical_mean", window.mechanicalMean],
        ["occupancy_mean", window.occupancyMean],
        ["bikes_total", window.bikesTotal],
        ["coverage", window.coverage],
      ] as const) {
        expect(Number(row.get(column)), `${column} of ${window.zone}`).toBeCloseTo(value ?? Number.NaN, 9);
      }
    }
  });

  it("cuts days at the local midnight, several at once", async () => {
    const { days } = await batch("local", "--day", "2024-11-06", "--days", "2", "--time-zone", "Europe/Paris");

    expect(days.map(({ day, from, observations }) => [day, from, observations])).toEqual([
      ["2024-11-05", "2024-11-04T23:00:00.000Z", 864],
      ["2024-11-06", "2024-11-05T23:00:00.000Z", 864],
    ]);
    // The recording ends 50 minutes after the local day does.
    expect(days.map(({ complete }) => complete)).toEqual([true, true]);
  });

  it("says that a day without observations is empty, and leaves what was written of it alone", async () => {
    const written = await batch("kept", "--day", "2024-11-05");
    const before = folderContent(join(dir, "kept"));
    const other = join(dir, "other-data");
    const recording = writeCommuterRecording(join(dir, "other"), { days: 1 });
    await runVelib(["replay", recording, "--source", "suburb", "--data-dir", other]);

    const { code, stdout, stderr } = await runVelib([
      ...["batch", "--data-dir", other, "--out", join(dir, "kept"), "--day", "2024-11-05"],
    ]);

    const result: BatchResult = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(stderr).toContain("the day may still grow");
    expect(result.days[0]).toMatchObject({ outcome: "Empty", complete: false, observations: 0, parquet: null });
    expect(written.days[0]?.outcome).toBe("Written");
    expect(folderContent(join(dir, "kept"))).toEqual(before);
  });

  it("writes the other files when a report fails, and ends with 1", async () => {
    const bad = join(dir, "bad-cast.sql");
    writeFileSync(bad, "SELECT CAST(station || 'x' AS INTEGER) FROM states");

    const { code, stdout, stderr } = await runVelib([
      ...["batch", "--data-dir", dataDir, "--out", join(dir, "failing"), "--day", "2024-11-05", "--report", bad],
    ]);

    const [day] = (JSON.parse(stdout) as BatchResult).days;
    expect(code).toBe(1);
    expect(stderr).toContain("velib: report bad-cast of suburb on 2024-11-05: Conversion Error");
    expect(day?.reports.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      "zone-hours Written",
      "bad-cast Failed",
    ]);
    expect(day?.parquet?.rows).toBe(864);
  });

  it.each([
    { what: "no place", args: [], says: "--config, --data-dir: give one of the two" },
    { what: "no data", args: ["--data-dir", "nowhere"], says: "[VELIB_DATA_DIR_EMPTY]" },
    { what: "an unknown source", args: ["--source", "oslo"], says: "--source oslo: the history has no such source" },
    { what: "wrong SQL", args: ["--report", "wrong.sql"], says: "report wrong: " },
  ])("refuses $what with 2, in one line, and writes nothing", async ({ what, args, says }) => {
    writeFileSync(join(dir, "wrong.sql"), "SELEKT 1");
    const place = what.startsWith("no ") ? [] : ["--data-dir", dataDir];

    const { code, stdout, stderr } = await runVelib(
      ["batch", ...place, "--out", "refused", "--log-level", "silent", ...args],
      { cwd: dir },
    );

    expect(code).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(existsSync(join(dir, "refused"))).toBe(false);
  });

  it("writes its metrics into a file where asked for", async () => {
    const file = join(dir, "batch.prom");

    await batch("metered", "--day", "2024-11-05", "--metrics-file", file);

    const text = readFileSync(file, "utf8");
    expect(text).toContain('velib_batch_records{source="suburb"} 864\n');
    expect(text).toMatch(/velib_job_duration_seconds\{task="batch"\} [\d.]+\n/);
    expect(text).toMatch(/velib_job_success_timestamp_seconds\{task="batch"\} \d+/);
  });
});

function filesOf(content: Record<string, string>): string[] {
  return Object.keys(content).filter((name) => content[name] !== "folder");
}

async function windowsBetween(from: number, to: number) {
  const open = readDataDir(dataDir);
  try {
    return await Array.fromAsync(new SqliteResults(open.database, hourMs).zoneWindows({ source: "suburb", from, to }));
  } finally {
    open.close();
  }
}
