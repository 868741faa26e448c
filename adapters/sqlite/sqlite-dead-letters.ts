import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { DeadLetter, DeadLetterReason } from "../../core/dead-letter/dead-letter.ts";
import { deadLetterReasons } from "../../core/dead-letter/dead-letter.ts";
import type { DeadLetterQuery, DeadLetters } from "../../core/ports/dead-letters.ts";
import { inTransaction } from "./transaction.ts";

/** Dead letters in the data dir. */
export class SqliteDeadLetters implements DeadLetters {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async put(letters: DeadLetter[]): Promise<number> {
    if (letters.length === 0) return 0;
    const insert = this.#database.prepare("INSERT OR IGNORE INTO dead_letters VALUES (?, ?, ?, ?, ?, ?)");
    return inTransaction(this.#database, () => {
      let added = 0;
      for (const { id, source, at, reason, detail, excerpt } of letters) {
        added += Number(insert.run(id, source, at, reason, detail, excerpt).changes);
      }
      return added;
    });
  }

  async list(query: DeadLetterQuery): Promise<DeadLetter[]> {
    const select = this.#database.prepare(
      `SELECT * FROM dead_letters
       WHERE source = coalesce(?, source) AND reason = coalesce(?, reason) AND id = coalesce(?, id) AND at >= ? AND at < ?
       ORDER BY at DESC, id LIMIT ?`,
    );
    const { source = null, reason = null, id = null, limit = -1 } = query;
    const rows = select.all(source, reason, id, query.from ?? 0, query.to ?? Number.MAX_SAFE_INTEGER, limit);
    return rows.map(letterOf);
  }

  async counts(): Promise<{ source: string; reason: DeadLetterReason; count: number }[]> {
    const rows = this.#database
      .prepare("SELECT source, reason, count(*) AS count FROM dead_letters GROUP BY source, reason ORDER BY 1, 2")
      .all();
    return rows.map((row) => ({ source: String(row.source), reason: reasonOf(row.reason), count: Number(row.count) }));
  }

  async close(): Promise<void> {}
}

function letterOf(row: Record<string, SQLOutputValue>): DeadLetter {
  return {
    id: String(row.id),
    source: String(row.source),
    at: Number(row.at),
    reason: reasonOf(row.reason),
    detail: String(row.detail),
    excerpt: String(row.excerpt),
  };
}

function reasonOf(value: SQLOutputValue | undefined): DeadLetterReason {
  const reason = deadLetterReasons.find((known) => known === value);
  if (reason === undefined) throw new TypeError(`dead letter with an unknown reason ${String(value)}`);
  return reason;
}
