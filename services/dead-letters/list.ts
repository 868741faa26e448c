import { readDataDir } from "../../adapters/sqlite/data-dir.ts";
import { SqliteDeadLetters } from "../../adapters/sqlite/sqlite-dead-letters.ts";
import { VelibError } from "../../core/errors.ts";
import type { DeadLetters } from "../../core/ports/dead-letters.ts";
import { openDeadLetters } from "../backbone/kafka.ts";
import { loadBackboneConfig } from "../config/load-backbone-config.ts";
import { countTable, letterJson, letterTable, wholeLetter } from "./letter-text.ts";
import { queryOf, type Selection } from "./selection.ts";

export interface ListOptions extends Selection {
  config?: string;
  dataDir?: string;
  limit: string;
  counts?: boolean;
  format: "table" | "json" | "ndjson";
}

/** Prints letters or their counts, from the pipeline's topic or a data dir. */
export async function listDeadLetters(options: ListOptions): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new VelibError("VELIB_CONFIG_INVALID", `--limit: expected a whole number from 1, got "${options.limit}"`);
  }
  const query = queryOf(options);
  const letters = await openLetters(options);
  try {
    if (options.counts === true) {
      const counts = (await letters.counts())
        .filter(({ source }) => options.source === undefined || source === options.source)
        .filter(({ reason }) => options.reason === undefined || reason === options.reason);
      print(options.format, counts, () => countTable(counts));
      return;
    }
    const found = await letters.list({ ...query, limit });
    const shown = found.map(letterJson);
    print(options.format, shown, () =>
      options.id === undefined ? letterTable(found) : found.map(wholeLetter).join(""),
    );
  } finally {
    await letters.close();
  }
}

async function openLetters({ config, dataDir }: ListOptions): Promise<DeadLetters> {
  if (config !== undefined && dataDir !== undefined) {
    throw new VelibError("VELIB_CONFIG_INVALID", "--config and --data-dir: the letters are in one of them; give one");
  }
  if (config !== undefined) return openDeadLetters({ config: loadBackboneConfig(config) }, "dead-letters");
  const opened = readDataDir(dataDir ?? "velib-data");
  const letters = new SqliteDeadLetters(opened.database);
  return {
    put: (added) => letters.put(added),
    list: (query) => letters.list(query),
    counts: () => letters.counts(),
    close: async () => opened.close(),
  };
}

function print(format: ListOptions["format"], rows: readonly object[], table: () => string): void {
  if (format === "json") process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
  else if (format === "ndjson") for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
  else process.stdout.write(table());
}
