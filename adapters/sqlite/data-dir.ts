import { accessSync, constants, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { VelibError } from "../../core/errors.ts";
import { versionOf, versionOfFile } from "./file-version.ts";
import { schema, schemaVersion } from "./schema.ts";

const databaseFile = "velib.sqlite";
const lockFile = "velib.lock";

/** https://www.sqlite.org/rescode.html#busy */
const sqliteBusy = 5;

export interface OpenDataDir {
  database: DatabaseSync;
  close(): void;
}

/**
 * Opens a data dir for writing, making it when it does not exist. One process at a time owns it.
 *
 * `synchronous = NORMAL` with WAL: a killed process loses nothing; a power cut may take the newest transactions, but
 * log, results and checkpoints share the file, so they go back together and stay consistent.
 * @throws VelibError VELIB_DATA_DIR_UNREADABLE | _NEWER | _LOCKED; nothing is written then.
 */
export function openDataDir(dir: string): OpenDataDir {
  assertUsable(dir);
  makeDir(dir);
  const lock = lockDataDir(dir);
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(join(dir, databaseFile));
    database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 16000;",
    );
    database.exec("PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY;");
    if (versionOf(database) === 0) database.exec(`BEGIN; ${schema}; PRAGMA user_version = ${schemaVersion}; COMMIT;`);
    const opened = database;
    return {
      database: opened,
      close() {
        opened.close();
        lock.close();
      },
    };
  } catch (cause) {
    database?.close();
    lock.close();
    throw unreadable(dir, cause);
  }
}

/**
 * Opens an existing data dir for reading, also while another process writes it.
 * @throws VelibError VELIB_DATA_DIR_UNREADABLE | _EMPTY | _NEWER
 */
export function readDataDir(dir: string): OpenDataDir {
  if (assertUsable(dir) === 0) {
    throw new VelibError(
      "VELIB_DATA_DIR_EMPTY",
      `--data-dir ${dir}: holds no data yet; fill it with "velib replay" or "velib local"`,
    );
  }
  const database = new DatabaseSync(join(dir, databaseFile), { readOnly: true });
  // Reading one station seeks all over the file: mapped, a seek costs no system call.
  database.exec("PRAGMA busy_timeout = 10000; PRAGMA mmap_size = 4294967296;");
  return { database, close: () => database.close() };
}

/** Refuses a dir that can't be used, before anything is written into it. Returns its version, 0 when it is empty. */
function assertUsable(dir: string): number {
  if (!existsSync(dir)) return 0;
  if (!statSync(dir).isDirectory()) {
    throw new VelibError(
      "VELIB_DATA_DIR_UNREADABLE",
      `--data-dir ${dir}: can't be read and written (it is a file, not a folder); choose another --data-dir`,
    );
  }
  try {
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    readdirSync(dir);
  } catch (cause) {
    throw unreadable(dir, cause);
  }
  const file = join(dir, databaseFile);
  if (!existsSync(file)) return 0;
  let version: number;
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    version = versionOfFile(file);
  } catch (cause) {
    throw unreadable(dir, cause);
  }
  if (version <= schemaVersion) return version;
  throw new VelibError(
    "VELIB_DATA_DIR_NEWER",
    `--data-dir ${dir}: written by a newer release (version ${version}, this one reads up to ${schemaVersion}); upgrade, or choose another --data-dir`,
  );
}

/** Folder by folder: where a file system refuses a new one as not found (/proc), `recursive` tries for ever. */
function makeDir(dir: string): void {
  try {
    const missing: string[] = [];
    for (let at = resolve(dir); !existsSync(at); at = dirname(at)) missing.push(at);
    for (const folder of missing.toReversed()) if (!existsSync(folder)) mkdirSync(folder);
    statSync(dir);
  } catch (cause) {
    throw unreadable(dir, cause);
  }
}

function unreadable(dir: string, cause: unknown): VelibError {
  const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
  return new VelibError(
    "VELIB_DATA_DIR_UNREADABLE",
    `--data-dir ${dir}: can't be read and written (${why}); check its owner and mode, or choose another --data-dir`,
    { cause },
  );
}

/** SQLite's own file lock, because the system releases it however the process ends. */
function lockDataDir(dir: string): DatabaseSync {
  let lock: DatabaseSync | null = null;
  try {
    lock = new DatabaseSync(join(dir, lockFile));
    lock.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE;");
    return lock;
  } catch (cause) {
    lock?.close();
    if (!(cause instanceof Error && "errcode" in cause && cause.errcode === sqliteBusy)) throw unreadable(dir, cause);
    throw new VelibError(
      "VELIB_DATA_DIR_LOCKED",
      `--data-dir ${dir}: in use by another velib process; stop that one or choose another --data-dir`,
      { cause },
    );
  }
}
