import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DayFiles } from "../../adapters/duckdb/day-files.ts";
import { writeDayFiles } from "../../adapters/duckdb/day-files.ts";
import type { Report, ReportOutcome } from "../../adapters/duckdb/reports.ts";
import { writeReports } from "../../adapters/duckdb/reports.ts";
import type { PollMarker } from "../../core/log/record.ts";
import type { HistoryStore } from "../../core/ports/history-store.ts";
import type { LocalDay } from "../../core/time/time-zone.ts";
import type { BatchReport, DayResult } from "./batch-result.ts";
import type { OutputFolder } from "./output-folder.ts";
import type { Share } from "./raw-share.ts";
import { rawFile, writeRawShare } from "./raw-share.ts";

export interface BatchSettings {
  timeZone: string;
  keyframeMs: number;
  reports: readonly Report[];
  /** So many readers of the history, and threads that sort and write. */
  partitions: number;
}

export interface BatchDeps {
  history: HistoryStore;
  output: OutputFolder;
  /** A folder inside the output's, for this run. */
  work: string;
  /** Reads a share beside this process: those after the first. Returns the number of observations. */
  readApart: (share: Share, folder: string) => Promise<number>;
  /** Told how many observations of a source were read. */
  onRead: (source: string, observations: number) => void;
  signal: AbortSignal;
}

/** Makes one local day of a source into its files; done again, it replaces them with the same. */
export async function writeDay(
  source: string,
  day: LocalDay,
  settings: BatchSettings,
  deps: BatchDeps,
): Promise<DayResult> {
  const folder = await mkdtemp(join(deps.work, "day-"));
  try {
    const started = performance.now();
    const polls = await pollsAround(deps.history, source, day, settings.keyframeMs);
    const raw = polls.length === 0 ? null : await readRaw(source, day, polls, folder, settings, deps);
    const read = performance.now();
    const files = raw === null ? null : await writeDayFiles(raw, folder, settings.partitions);
    const written = performance.now();
    const placed =
      files === null || files.observations === 0
        ? nothingWritten
        : await placeFiles(source, day, files, settings, deps.output);
    const reported = performance.now();
    const result: DayResult = {
      source,
      day: day.date,
      time_zone: settings.timeZone,
      from: new Date(day.start).toISOString(),
      to: new Date(day.end).toISOString(),
      complete: await hasPollFrom(deps.history, source, day.end),
      polls: polls.filter(({ at }) => at >= day.start && at < day.end).length,
      ...placed,
      seconds: { read: seconds(started, read), write: seconds(read, written), reports: seconds(written, reported) },
    };
    if (result.outcome === "Written") {
      const text = `${JSON.stringify(result, null, 2)}\n`;
      await deps.output.placeText(text, folder, ["results", `day=${day.date}`, `${source}.json`]);
    }
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const dayMs = 86_400_000;

/** The polls that decide how long the day's observations hold, and those carried into it. */
async function pollsAround(
  history: HistoryStore,
  source: string,
  { start, end }: LocalDay,
  keyframeMs: number,
): Promise<PollMarker[]> {
  const polls = await Array.fromAsync(history.polls(source, start - dayMs, end + keyframeMs));
  const longestHold = Math.max(0, ...polls.map(({ holdMs }) => holdMs));
  return polls.filter(({ at }) => at >= start - keyframeMs - longestHold);
}

async function readRaw(
  source: string,
  { start, end }: LocalDay,
  polls: readonly PollMarker[],
  folder: string,
  { keyframeMs, partitions, timeZone }: BatchSettings,
  { history, readApart, onRead, signal }: BatchDeps,
) {
  const pollFile = join(folder, "polls.csv");
  await writeFile(pollFile, polls.map(({ at, holdMs }) => `${at},${holdMs}\n`).join(""));
  const from = Math.min(start, polls[0]!.at);
  const shares = Array.from({ length: partitions }, (_, index) => ({
    source,
    from,
    to: end + keyframeMs,
    index,
    of: partitions,
  }));
  const [first, ...others] = shares;
  const counts = await Promise.all([
    writeRawShare(history, first!, folder, signal),
    ...others.map((share) => readApart(share, folder)),
  ]);
  onRead(
    source,
    counts.reduce((sum, count) => sum + count, 0),
  );
  const observationFiles = shares.map((share) => rawFile(folder, share));
  return { source, timeZone, start, end, keyframeMs, observationFiles, pollFile };
}

type Placed = Pick<DayResult, "outcome" | "observations" | "stations" | "parquet" | "csv" | "reports">;

/** A day that is not in the history (any more) does not replace what was once written of it. */
const nothingWritten: Placed = {
  outcome: "Empty",
  observations: 0,
  stations: 0,
  parquet: null,
  csv: null,
  reports: [],
};

async function placeFiles(
  source: string,
  day: LocalDay,
  files: DayFiles,
  settings: BatchSettings,
  output: OutputFolder,
): Promise<Placed> {
  const { observations, stations } = files;
  const folder = dirname(files.parquet);
  const outcomes = await writeReports(settings.reports, { ...settings, ...day, ...files }, folder, settings.partitions);
  const dayFolder = `day=${day.date}`;
  const parquet = await output.place(files.parquet, ["parquet", dayFolder, `${source}.parquet`], observations);
  const csv = await output.place(files.csv, ["csv", dayFolder, `${source}.csv`], observations);
  const reports: BatchReport[] = [];
  for (const outcome of outcomes) {
    reports.push(await placeReport(outcome, ["reports", outcome.name, dayFolder, `${source}.csv`], output));
  }
  return { outcome: "Written", observations, stations, parquet, csv, reports };
}

async function placeReport(
  outcome: ReportOutcome,
  place: readonly string[],
  output: OutputFolder,
): Promise<BatchReport> {
  const { name } = outcome;
  if (outcome.outcome === "Written") {
    const file = await output.place(outcome.csv, place, outcome.rows);
    return { name, outcome: "Written", message: null, file };
  }
  await output.remove(place);
  return { name, outcome: "Failed", message: outcome.message, file: null };
}

async function hasPollFrom(history: HistoryStore, source: string, from: number): Promise<boolean> {
  for await (const _ of history.polls(source, from, Number.MAX_SAFE_INTEGER)) return true;
  return false;
}

function seconds(from: number, to: number): number {
  return Math.round(to - from) / 1000;
}
