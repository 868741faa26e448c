import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { VelibError } from "../../core/errors.ts";
import type { ForecastModel } from "../../core/models/forecast-model.ts";
import type { TrainingResult } from "../../core/models/training-result.ts";
import type { ModelStore, StoredModel } from "../../core/ports/model-store.ts";
import { unknownModel } from "../../core/ports/model-store.ts";
import { versionOf } from "./file-version.ts";
import { inTransaction } from "./transaction.ts";

const modelsFile = "models.sqlite";
const schemaVersion = 1;

const schema = `
CREATE TABLE models (
  source TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, trained_at INTEGER NOT NULL,
  model TEXT NOT NULL, result TEXT NOT NULL, PRIMARY KEY (source, name, version)
);
CREATE TABLE serving (
  source TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (source, name)
) WITHOUT ROWID`;

const selectServing = `
SELECT m.* FROM serving s JOIN models m USING (source, name, version) WHERE s.source = ? AND s.name = ?`;

/**
 * The models of a data dir, in a file of their own: a training can then write while `velib local` owns the data
 * dir's main file.
 */
export class SqliteModels implements ModelStore {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** @throws VelibError VELIB_DATA_DIR_UNREADABLE | _NEWER */
  static open(dir: string): SqliteModels {
    let database: DatabaseSync | null = null;
    try {
      mkdirSync(dir, { recursive: true });
      database = new DatabaseSync(join(dir, modelsFile));
      database.exec("PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL;");
      assertReadable(database, dir);
      createTables(database);
      return new SqliteModels(database);
    } catch (cause) {
      database?.close();
      if (cause instanceof VelibError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new VelibError(
        "VELIB_DATA_DIR_UNREADABLE",
        `--data-dir ${dir}: ${modelsFile} can't be read and written (${why}); check its owner and mode`,
        { cause },
      );
    }
  }

  async put({ model, trainedAt, result }: StoredModel): Promise<void> {
    this.#database
      .prepare("INSERT INTO models VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
      .run(model.source, model.name, model.version, trainedAt, JSON.stringify(model), JSON.stringify(result));
  }

  async model(source: string, name: string, version: string): Promise<StoredModel | null> {
    const select = this.#database.prepare("SELECT * FROM models WHERE source = ? AND name = ? AND version = ?");
    return storedModel(select.get(source, name, version));
  }

  async versions(source: string, name: string): Promise<{ version: string; trainedAt: number }[]> {
    const select = this.#database.prepare(
      "SELECT version, trained_at FROM models WHERE source = ? AND name = ? ORDER BY trained_at DESC, version DESC",
    );
    return select.all(source, name).map((row) => ({ version: String(row.version), trainedAt: Number(row.trained_at) }));
  }

  async serve(source: string, name: string, version: string): Promise<void> {
    const served = this.#database
      .prepare(
        `INSERT OR REPLACE INTO serving SELECT source, name, version FROM models
         WHERE source = ? AND name = ? AND version = ?`,
      )
      .run(source, name, version);
    if (served.changes === 0) throw unknownModel(source, name, version);
  }

  async serving(source: string, name: string): Promise<StoredModel | null> {
    return storedModel(this.#database.prepare(selectServing).get(source, name));
  }

  async close(): Promise<void> {
    this.#database.close();
  }
}

function assertReadable(database: DatabaseSync, dir: string): void {
  const version = versionOf(database);
  if (version <= schemaVersion) return;
  throw new VelibError(
    "VELIB_DATA_DIR_NEWER",
    `--data-dir ${dir}: ${modelsFile} was written by a newer release (version ${version}, this one reads up to ${schemaVersion}); upgrade`,
  );
}

/** Two trainings may start at once: whoever gets the lock second finds the tables there. */
function createTables(database: DatabaseSync): void {
  inTransaction(database, () => {
    if (versionOf(database) === 0) database.exec(`${schema}; PRAGMA user_version = ${schemaVersion};`);
  });
}

function storedModel(row: Record<string, unknown> | undefined): StoredModel | null {
  if (row === undefined) return null;
  const model: ForecastModel = JSON.parse(String(row.model));
  const result: TrainingResult = JSON.parse(String(row.result));
  return { model, trainedAt: Number(row.trained_at), result };
}
