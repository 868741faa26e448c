import type { DatabaseSync } from "node:sqlite";
import { VelibError } from "../../core/errors.ts";

/** https://www.sqlite.org/rescode.html#full */
const sqliteFull = 13;

/**
 * Runs `work` in one write transaction: all of it or, when it throws, none.
 * @throws VelibError VELIB_DATA_DIR_FULL when the disk has no room, or whatever `work` throws
 */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (cause) {
    // A full disk or an I/O error has already rolled back; saying so again would hide the cause.
    if (database.isTransaction) database.exec("ROLLBACK");
    if (!isFull(cause)) throw cause;
    const file = database.location() ?? "the data dir";
    throw new VelibError(
      "VELIB_DATA_DIR_FULL",
      `--data-dir: no room left to write ${file}; make room or shorten retention, then start again: nothing is lost`,
      { cause },
    );
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === sqliteFull;
}
