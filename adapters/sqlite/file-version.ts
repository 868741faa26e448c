import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** The file format's first 100 bytes: https://www.sqlite.org/fileformat2.html#the_database_header */
const headerBytes = 100;
const magic = "SQLite format 3\0";
const userVersionAt = 60;

/**
 * The schema version of a database file, 0 when nothing is in it yet. Read from the file's header where that is the
 * whole truth: SQLite, asked to read a database in WAL mode, leaves two files beside it.
 * @throws Error when the file is no database
 */
export function versionOfFile(file: string): number {
  const wal = `${file}-wal`;
  if (existsSync(wal) && statSync(wal).size > 0) return versionInWal(file);
  const header = Buffer.alloc(headerBytes);
  const descriptor = openSync(file, "r");
  try {
    const read = readSync(descriptor, header, 0, headerBytes, 0);
    if (read === 0) return 0;
    if (read < headerBytes || header.toString("latin1", 0, magic.length) !== magic) {
      throw new Error(`${file} is not a database`);
    }
    return header.readUInt32BE(userVersionAt);
  } finally {
    closeSync(descriptor);
  }
}

export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version ?? 0);
}

/** A process is writing, or was killed: the newest header is in the write-ahead log. */
function versionInWal(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return versionOf(database);
  } finally {
    database.close();
  }
}
