import type { DatabaseSync } from "node:sqlite";
import { VelibError } from "../../core/errors.ts";

const windowSetting = "window_ms";

/**
 * The window length of the data dir's results, ms; written down with the first use.
 * @throws VelibError VELIB_DATA_DIR_SETTING when they have another one: windows of two lengths can't share a table.
 */
export function keepWindowLength(database: DatabaseSync, lengthMs: number): void {
  const stored = storedWindowLength(database);
  if (stored === null) {
    database.prepare("INSERT INTO settings VALUES (?, ?)").run(windowSetting, String(lengthMs));
    return;
  }
  if (stored === lengthMs) return;
  throw new VelibError(
    "VELIB_DATA_DIR_SETTING",
    `aggregation.window: the data dir has windows of ${stored / 1000} s, not ${lengthMs / 1000} s; keep that length or choose another --data-dir`,
  );
}

/** Null when nothing was aggregated into the data dir yet. */
export function storedWindowLength(database: DatabaseSync): number | null {
  const row = database.prepare("SELECT value FROM settings WHERE name = ?").get(windowSetting);
  return row === undefined ? null : Number(row.value);
}
