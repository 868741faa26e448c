import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Command, Option } from "commander";
import { writeParquet } from "../../adapters/duckdb/parquet-file.ts";
import { readDataDir } from "../../adapters/sqlite/data-dir.ts";
import { storedWindowLength } from "../../adapters/sqlite/data-dir-settings.ts";
import { SqliteResults } from "../../adapters/sqlite/sqlite-results.ts";
import { timeOption } from "../config/time-option.ts";
import { csv, json } from "./text-formats.ts";
import type { Column } from "./window-table.ts";
import { stationColumns, zoneColumns } from "./window-table.ts";

interface Options {
  by: "station" | "zone";
  source?: string;
  from?: string;
  to?: string;
  format: "csv" | "json" | "parquet";
  dataDir: string;
}

export function windowsCommand(): Command {
  return new Command("windows")
    .description("Print the final windows, sorted by source, station or zone, and start")
    .addOption(new Option("--by <what>", "rows by station or by zone").choices(["station", "zone"]).default("station"))
    .option("--source <name>", "only this source")
    .option("--from <time>", "only windows that start at or after this time (ISO 8601)")
    .option("--to <time>", "only windows that start before this time (ISO 8601)")
    .addOption(new Option("--format <format>", "output format").choices(["csv", "json", "parquet"]).default("csv"))
    .option("--data-dir <dir>", "the folder that velib local or velib replay filled", "velib-data")
    .action(printWindows);
}

async function printWindows(options: Options): Promise<void> {
  const query = {
    source: options.source,
    from: options.from === undefined ? undefined : timeOption("--from", options.from),
    to: options.to === undefined ? undefined : timeOption("--to", options.to),
  };
  const dataDir = readDataDir(options.dataDir);
  try {
    const results = new SqliteResults(dataDir.database, storedWindowLength(dataDir.database) ?? 0);
    if (options.by === "station") await print(options.format, stationColumns, results.stationWindows(query));
    else await print(options.format, zoneColumns, results.zoneWindows(query));
  } finally {
    dataDir.close();
  }
}

async function print<Row>(
  format: Options["format"],
  columns: readonly Column<Row>[],
  rows: AsyncIterable<Row>,
): Promise<void> {
  const output = { end: false };
  if (format === "csv") return pipeline(Readable.from(csv(columns, rows)), process.stdout, output);
  if (format === "json") return pipeline(Readable.from(json(columns, rows)), process.stdout, output);
  // Parquet's index stands at the end of the file and is written from a file that can be sought in.
  const folder = await mkdtemp(join(tmpdir(), "velib-windows-"));
  try {
    const file = join(folder, "windows.parquet");
    await writeParquet(file, columns, rows);
    await pipeline(createReadStream(file), process.stdout, output);
  } finally {
    await rm(folder, { recursive: true });
  }
}
