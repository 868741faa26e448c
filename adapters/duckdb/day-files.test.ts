import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DayFiles, RawDay } from "./day-files.ts";
import { writeDayFiles } from "./day-files.ts";
import type { Report } from "./reports.ts";
import { checkReports, writeReports } from "./reports.ts";

const minute = 60_000;
const hour = 60 * minute;
/** Midnight in Paris. */
const start = Date.parse("2024-11-07T23:00:00Z");
const end = start + 24 * hour;
const hold = 10 * minute;

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "velib-day-"));
});

afterEach(() => rmSync(dir, { recursive: true }));

interface Row {
  station?: string;
  /** Minutes after midnight. */
  at: number;
  bikes?: number;
  docks?: number;
  zone?: string | null;
}

function line({ station = "1001", at, bikes = 4, docks = 6, zone = "1" }: Row): string {
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const place = zone === null ? "" : cell(zone);
  return `${cell(station)},${start + at * minute},${bikes},${bikes},0,${docks},1,1,0,10,${place},\n`;
}

/** @param pollMinutes after midnight */
function rawDay(rows: readonly Row[], pollMinutes: readonly number[], cut = 1): RawDay {
  const files = Array.from({ length: cut }, (_, k) => join(dir, `raw-${k}.csv`));
  for (const [k, file] of files.entries()) {
    writeFileSync(
      file,
      rows
        .filter((_, i) => i % cut === k)
        .map(line)
        .join(""),
    );
  }
  const pollFile = join(dir, "polls.csv");
  writeFileSync(pollFile, pollMinutes.map((at) => `${start + at * minute},${hold}\n`).join(""));
  return {
    source: "paris",
    timeZone: "Europe/Paris",
    start,
    end,
    keyframeMs: 10 * minute,
    observationFiles: files,
    pollFile,
  };
}

function everyMinute(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

async function written(rows: readonly Row[], polls: readonly number[], threads = 1, cut = threads): Promise<DayFiles> {
  const folder = join(dir, `out-${threads}-${cut}`);
  mkdirSync(folder, { recursive: true });
  return writeDayFiles(rawDay(rows, polls, cut), folder, threads);
}

function cellsOf(csv: string): Record<string, string>[] {
  const [header = "", ...lines] = readFileSync(csv, "utf8").trim().split("\n");
  const names = header.split(",");
  return lines.map((text) => Object.fromEntries(text.split(",").map((cell, i) => [names[i] ?? "", cell])));
}

/** Minutes after midnight. */
function minutesOf(time: string | undefined): number {
  return (Date.parse(time ?? "") - start) / minute;
}

describe("the end of an observation's hold", () => {
  it.each([
    { what: "the next observation", next: 5, polls: everyMinute(0, 60), until: 5 },
    { what: "the next one, a keyframe at a poll after the interval", next: 12, polls: [0, 5, 9, 12], until: 12 },
    { what: "the hold after its last poll, where polls stopped", next: null, polls: [0, 1, 2, 3], until: 13 },
    { what: "the hold, where the next poll came after it", next: 40, polls: [0, 40], until: 10 },
    {
      what: "the hold after the keyframe interval, where the station went missing",
      next: 50,
      polls: everyMinute(0, 60),
      until: 19,
    },
  ])("is $what", async ({ next, polls, until }) => {
    const { csv } = await written([{ at: 0 }, ...(next === null ? [] : [{ at: next, bikes: 3 }])], polls);

    expect(minutesOf(cellsOf(csv)[0]?.holds_until)).toBe(until);
  });
});

it("holds the day's observations by time, then station, and those before it apart", async () => {
  const rows = [
    { at: 5, station: "2" },
    { at: -4, station: "1" },
    { at: 5, station: "10" },
    { at: 24 * 60 - 1, station: "1" },
    { at: 24 * 60, station: "1" },
    { at: -30, station: "3" },
  ];

  const files = await written(rows, everyMinute(-60, 24 * 60 + 11));

  expect(files).toMatchObject({ observations: 3, stations: 3 });
  expect(cellsOf(files.csv).map((row) => [minutesOf(row.observed_at), row.station])).toEqual([
    [5, "10"],
    [5, "2"],
    [24 * 60 - 1, "1"],
  ]);
});

it("gives the same bytes with any number of threads and any cut of the raw files", async () => {
  const rows = everyMinute(0, 3000).map((i) => ({ at: i % 1440, station: String(i % 7), bikes: i % 11 }));
  const unique = rows.filter((row, i) => rows.findIndex((o) => o.at === row.at && o.station === row.station) === i);
  const digests = new Set<string>();

  for (const [threads, cut] of [
    [1, 1],
    [2, 2],
    [2, 5],
  ] as const) {
    const { parquet, csv } = await written(unique, everyMinute(0, 1450), threads, cut);
    for (const file of [parquet, csv]) digests.add(createHash("sha256").update(readFileSync(file)).digest("hex"));
  }

  expect(digests.size).toBe(2);
});

it("keeps names with commas, quotes and other scripts, and a zone that is not there", async () => {
  const names = ['"quoted", with comma', "東京 駅", "1001"];
  const rows = names.map((station, i) => ({ at: i, station, zone: i === 2 ? null : station }));

  const { parquet, carriedParquet } = await written(rows, everyMinute(0, 20));
  const day = { timeZone: "Europe/Paris", start, end, parquet, carriedParquet };
  const sql = "SELECT count(*) AS n, count(zone) AS zones, bool_and(zone IS NULL OR zone = station) FROM observations";
  const [report] = await writeReports([{ name: "names", sql }], day, join(dir, "out-1-1"), 1);

  expect(readFileSync(report?.outcome === "Written" ? report.csv : "", "utf8").split("\n")[1]).toBe("3,2,true");
});

describe("reports", () => {
  async function report(sql: string): Promise<string> {
    const rows = [{ at: -4, bikes: 8, docks: 2 }, { at: 30, bikes: 4 }, { at: 24 * 60 - 1 }];
    const { parquet, carriedParquet } = await written(rows, everyMinute(-60, 24 * 60 + 20));
    const day = { timeZone: "Europe/Paris", start, end, parquet, carriedParquet };
    const [outcome] = await writeReports([{ name: "it-is", sql }], day, join(dir, "out-1-1"), 2);
    return outcome?.outcome === "Written" ? readFileSync(outcome.csv, "utf8") : (outcome?.message ?? "");
  }

  it("read the step function cut to the day, with what was carried into it", async () => {
    const csv = await report(`SELECT bikes, held_ms / 60000 AS minutes, starts_at FROM states ORDER BY starts_at`);

    expect(csv.trim().split("\n")).toEqual([
      "bikes,minutes,starts_at",
      // Seen for the last time nine minutes after its record, and held for ten more.
      "8,15.0,2024-11-08 00:00:00+01",
      "4,19.0,2024-11-08 00:30:00+01",
      "4,1.0,2024-11-08 23:59:00+01",
    ]);
  });

  it("may end in a semicolon or a comment", async () => {
    expect(await report("SELECT 1 AS one; ")).toBe("one\n1\n");
    expect(await report("SELECT 1 AS one -- of one")).toBe("one\n1\n");
  });

  it("that fail say why, in one line", async () => {
    expect(await report("SELECT CAST(station || 'x' AS INTEGER) FROM states")).toMatch(/^Conversion Error: [^\n]+$/);
  });

  it.each([
    ["a file of the machine", "SELECT * FROM read_csv('/etc/passwd')"],
    ["the network", "SELECT * FROM read_parquet('https://example.org/x.parquet')"],
  ])("can't read %s", async (_what, sql) => {
    expect(await report(sql)).toMatch(/Permission Error|disabled by configuration/);
  });
});

describe("the check before any work", () => {
  const check = (report: Report) => checkReports([report], dir);

  it("lets a SELECT over the tables pass, without running it", async () => {
    await check({ name: "fine", sql: "WITH x AS (SELECT * FROM states) SELECT zone, sum(held_ms) FROM x GROUP BY 1;" });
    await check({ name: "fine", sql: "SELECT error('only when it runs') FROM observations" });
  });

  it.each([
    ["a column that is not there", "SELECT bike FROM observations", /bike/],
    ["a table that is not there", "SELECT 1 FROM windows", /windows/],
    ["no SQL", "hello", /syntax error/],
    ["nothing", "", /expected one SELECT, got nothing/],
    ["two statements", "SELECT 1; SELECT 2", /got 2 statements/],
    ["another statement", "CREATE TABLE x (y INTEGER)", /another statement/],
    ["a way out of the brackets", "SELECT 1) TO '/tmp/x' (HEADER); COPY (SELECT 2", /syntax error/],
    ["settings", "SET memory_limit = '1TB'", /another statement/],
  ])("refuses %s, naming the report", async (_what, sql, why) => {
    const failure = check({ name: "mine", sql });

    await expect(failure).rejects.toMatchObject({ code: "VELIB_REPORT_SQL" });
    await expect(failure).rejects.toThrow(/^report mine: [^\n]+; correct its SQL$/);
    await expect(failure).rejects.toThrow(why);
  });
});
