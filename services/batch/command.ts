import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { Command, Option } from "commander";
import { checkReports } from "../../adapters/duckdb/reports.ts";
import { VelibError } from "../../core/errors.ts";
import type { HistoryStore } from "../../core/ports/history-store.ts";
import type { HistoryPlace } from "../jobs/history-place.ts";
import { historyPlace, openHistory, runJobAt } from "../jobs/history-place.ts";
import { assertKnownSource } from "../jobs/known-source.ts";
import type { JobContext } from "../jobs/run-job.ts";
import { assertNotStopped } from "../jobs/run-job.ts";
import type { BatchDeps } from "./batch.ts";
import { writeDay } from "./batch.ts";
import type { BatchResult, DayResult } from "./batch-result.ts";
import type { BatchOptions } from "./options.ts";
import { batchSettings } from "./options.ts";
import { OutputFolder } from "./output-folder.ts";
import { writeRawShare } from "./raw-share.ts";
import type { ShareOrder } from "./share-process.ts";
import { readShareApart } from "./share-process.ts";

export function batchCommand(): Command {
  return new Command("batch")
    .description("Write a day's history as Parquet and CSV, and SQL reports of it")
    .option("--config <file>", "the pipeline's configuration: history in Cassandra")
    .option("--data-dir <dir>", "instead of it: the folder that velib local or velib replay filled")
    .option("--out <dir>", "the folder to write into", "velib-batch")
    .option("--day <date>", "the local day (default: yesterday)")
    .option("--days <n>", "so many days, this one the last", "1")
    .option("--source <name...>", "only these sources (default: all in the history)")
    .option("--report <file.sql...>", "one SELECT over observations and states; the file's name is the report's")
    .option("--partitions <n>", "readers of the history, and threads that write", "1")
    .option("--time-zone <zone>", "of the day (default: batch.timeZone of the configuration, or UTC)")
    .option("--keyframe-interval <duration>", "of the history (default: the configuration's, or 10m)")
    .option("--metrics-file <path>", "write the metrics there at the end, in the Prometheus text format")
    .addOption(
      new Option("--log-level <level>", "what is logged to standard error, as JSON")
        .choices(["debug", "info", "warn", "error", "silent"])
        .default("warn"),
    )
    .addOption(new Option("--read-share <order>").hideHelp())
    .addHelpText("after", exitCodes)
    .action(runBatch);
}

const exitCodes = `
Prints the result as JSON. Running it again replaces the same files with the same content. Ends with 0 when the days
are written, also when there was nothing of them; with 1 when it broke off or a report failed; with 2 when it was
called or configured wrongly.`;

async function runBatch(options: BatchOptions): Promise<void> {
  const place = historyPlace(options);
  if (options.readShare !== undefined) return readShare(place, options, JSON.parse(options.readShare));
  const started = performance.now();
  const settings = batchSettings(options, place, Date.now());
  await runJobAt(place, "batch", options, async (context) => {
    await checkReports(settings.reports, tmpdir());
    const days = await withHistory(place, context, (history) => writeDays(options, settings, history, context));
    const { out } = options;
    const { partitions } = settings;
    const duration_seconds = Math.round(performance.now() - started) / 1000;
    const result: BatchResult = { kind: "BatchResult", engine: "DuckDB", out, partitions, days, duration_seconds };
    console.log(JSON.stringify(result, null, 2));
    assertReports(days);
  });
}

async function withHistory<T>(
  place: HistoryPlace,
  context: JobContext,
  work: (history: HistoryStore) => Promise<T>,
): Promise<T> {
  const history = await openHistory(place, "batch", context);
  try {
    return await work(history);
  } finally {
    await history.close();
  }
}

async function writeDays(
  options: BatchOptions,
  settings: ReturnType<typeof batchSettings>,
  history: HistoryStore,
  context: JobContext,
): Promise<DayResult[]> {
  const sources = await chooseSources(history, options.source);
  const output = new OutputFolder(options.out);
  const work = await output.begin(Date.now());
  try {
    const deps = depsOf(options, context, { history, output, work });
    const results: DayResult[] = [];
    for (const [day, source] of settings.days.flatMap((day) => sources.map((source) => [day, source] as const))) {
      assertNotStopped(context.signal);
      const result = await writeDay(source, day, settings, deps);
      context.metrics.batchRecords.set({ source }, result.observations);
      if (!result.complete) context.logger.warn({ source, day: day.date }, "the day may still grow");
      results.push(result);
    }
    return results;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function depsOf(
  options: BatchOptions,
  { metrics, signal }: JobContext,
  deps: Pick<BatchDeps, "history" | "output" | "work">,
): BatchDeps {
  const readers = { program: process.argv[1] ?? "", arguments: placeArguments(options) };
  return {
    ...deps,
    signal,
    readApart: (share, folder) => readShareApart(readers, { share, folder }, signal),
    onRead: (source, observations) => metrics.historyRead.inc({ task: "batch", source }, observations),
  };
}

function placeArguments({ config, dataDir, logLevel }: BatchOptions): string[] {
  const place = config === undefined ? ["--data-dir", dataDir ?? ""] : ["--config", config];
  return [...place, "--log-level", logLevel];
}

/** The work of one reader beside a batch; see `readShareApart`. */
async function readShare(place: HistoryPlace, options: BatchOptions, { share, folder }: ShareOrder): Promise<void> {
  await runJobAt(place, "batch", options, (context) =>
    withHistory(place, context, async (history) => {
      console.log(await writeRawShare(history, share, folder, context.signal));
    }),
  );
}

async function chooseSources(history: HistoryStore, named: readonly string[] | undefined): Promise<string[]> {
  const sources = await history.sources();
  for (const name of named ?? []) assertKnownSource(sources, name);
  return [...(named ?? sources)];
}

function assertReports(days: readonly DayResult[]): void {
  for (const { source, day, reports } of days) {
    const failed = reports.find(({ outcome }) => outcome === "Failed");
    if (failed === undefined) continue;
    throw new VelibError(
      "VELIB_REPORT_FAILED",
      `report ${failed.name} of ${source} on ${day}: ${failed.message}; correct its SQL and run the day again`,
    );
  }
}
