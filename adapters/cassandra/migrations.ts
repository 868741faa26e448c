import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

/** One step of the schema, from `migrations/<version>-<name>.cql`. An applied file is never edited: add another. */
export interface Migration {
  version: number;
  name: string;
  statements: string[];
  /** Of the file's text: tells an edited migration from the applied one. */
  checksum: string;
}

const folder = new URL("migrations/", import.meta.url);

/** All steps, oldest first. */
export function readMigrations(): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".cql"))
    .sort()
    .map((file) => parseMigration(file, readFileSync(new URL(file, folder), "utf8")));
}

/** @param file `<version>-<name>.cql`; statements in `text` end with a semicolon at a line's end */
export function parseMigration(file: string, text: string): Migration {
  const [, version, name] = /^(\d+)-(.+)\.cql$/.exec(file) ?? [];
  if (version === undefined || name === undefined) {
    throw new Error(`migrations/${file}: expected a name like 001-history.cql`);
  }
  const statements = text
    .replace(/^\s*--.*$/gm, "")
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
  return { version: Number(version), name, statements, checksum: createHash("sha256").update(text).digest("hex") };
}
