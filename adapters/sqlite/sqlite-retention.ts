import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "./transaction.ts";

/** How long things are kept behind the newest poll of their source, ms of event time. */
export interface Retention {
  /** At least the keyframe interval: a producer resumes from the records of that long. */
  logMs: number;
  windowsMs: number;
  /** Null: for ever. */
  historyMs: number | null;
}

const hourMs = 3_600_000;

/** Dead letters that are kept at most: of a source that never polls, no poll says what is old. */
const mostLetters = 100_000;

/** Most window starts or polls of a source that one call drops: a shortened retention must not stop everything. */
const sliceLength = 100;

/**
 * Drops what is older than the retention. It goes by event time and by whole hours: the limit is the hour of the
 * source's newest poll − the retention, so that the same log leaves the same tables whenever they are pruned, and
 * asking again within an hour costs a few reads. Tables are clustered by source and time: what goes is one range.
 */
export class SqliteRetention {
  readonly #database: DatabaseSync;
  readonly #retention: Retention;
  /** The hour up to which a thing of a source was pruned, by `thing/source`. */
  readonly #pruned = new Map<string, number>();

  constructor(database: DatabaseSync, retention: Retention) {
    this.#database = database;
    this.#retention = retention;
  }

  /** Drops windows that start before the limit; call it after a commit. Returns whether more is waiting. */
  pruneWindows(): boolean {
    const newest = this.#database.prepare(
      `SELECT s.id, s.name, t.state ->> 'lastPollAt' AS newest FROM source_states t JOIN sources s ON s.name = t.source`,
    );
    const bound =
      "SELECT start AS t FROM window_starts WHERE source_id = ? AND start < ? ORDER BY start LIMIT 1 OFFSET ?";
    const drop = ["station_windows", "zone_windows", "window_starts"].map(
      (table) => `DELETE FROM ${table} WHERE source_id = ? AND start < ?`,
    );
    let more = false;
    for (const { id, name, newest: at } of newest.all()) {
      if (this.#prune("windows", Number(id), String(name), Number(at), this.#retention.windowsMs, bound, drop))
        more = true;
    }
    return more;
  }

  /** Drops dead letters before the windows' limit, and the oldest beyond `mostLetters`; call it after a commit. */
  pruneDeadLetters(): void {
    const newest = this.#database.prepare("SELECT source, state ->> 'lastPollAt' AS newest FROM source_states");
    const drop = this.#database.prepare("DELETE FROM dead_letters WHERE source = ? AND at < ?");
    const dropOldest = this.#database.prepare(
      "DELETE FROM dead_letters WHERE at < (SELECT at FROM dead_letters ORDER BY at DESC LIMIT 1 OFFSET ?)",
    );
    for (const { source, newest: at } of newest.all()) {
      const hour = hourOf(Number(at));
      const key = `letters/${source}`;
      if (this.#pruned.get(key) === hour) continue;
      inTransaction(this.#database, () => {
        drop.run(String(source), hour - this.#retention.windowsMs);
        dropOldest.run(mostLetters);
      });
      this.#pruned.set(key, hour);
    }
  }

  /** Drops observations and polls before the limit; call it after an append. Returns whether more is waiting. */
  pruneHistory(): boolean {
    const { historyMs } = this.#retention;
    if (historyMs === null) return false;
    const newest = this.#database.prepare(
      "SELECT id, name, (SELECT max(at) FROM polls WHERE source_id = sources.id) AS newest FROM sources",
    );
    const bound = "SELECT at AS t FROM polls WHERE source_id = ? AND at < ? ORDER BY at LIMIT 1 OFFSET ?";
    const drop = ["observations", "polls"].map((table) => `DELETE FROM ${table} WHERE source_id = ? AND at < ?`);
    let more = false;
    for (const { id, name, newest: at } of newest.all()) {
      if (at === null) continue;
      if (this.#prune("history", Number(id), String(name), Number(at), historyMs, bound, drop)) more = true;
    }
    return more;
  }

  /**
   * Drops polls of the log before the limit that results and history have both made durable: what was read but not
   * committed is read again after a crash.
   */
  pruneLog(): void {
    const committed = this.#database.prepare(
      `SELECT min(log_offset) AS offset, count(*) AS readers FROM (
         SELECT log_offset FROM checkpoints UNION ALL SELECT log_offset FROM history_positions)`,
    );
    const { offset, readers } = committed.get() ?? {};
    if (readers !== 2 || offset === undefined) return;
    const newest = this.#database.prepare(
      `SELECT name, (SELECT max(at) FROM log_batches WHERE source = sources.name AND marker = 'poll') AS newest
       FROM sources`,
    );
    const drop = this.#database.prepare(
      "DELETE FROM log_batches WHERE source = ? AND marker IN ('poll', 'end') AND at < ? AND base_offset + count <= ?",
    );
    for (const { name, newest: at } of newest.all()) {
      if (at === null) continue;
      const hour = hourOf(Number(at));
      const key = `log/${name}`;
      if (this.#pruned.get(key) === hour) continue;
      inTransaction(this.#database, () => drop.run(name!, hour - this.#retention.logMs, offset));
      this.#pruned.set(key, hour);
    }
  }

  #prune(
    thing: string,
    sourceId: number,
    source: string,
    newest: number,
    keptMs: number,
    selectBound: string,
    drop: readonly string[],
  ): boolean {
    const hour = hourOf(newest);
    const key = `${thing}/${source}`;
    if (this.#pruned.get(key) === hour) return false;
    const limit = hour - keptMs;
    const beyond = this.#database.prepare(selectBound).get(sourceId, limit, sliceLength)?.t;
    const end = typeof beyond === "number" ? beyond : limit;
    inTransaction(this.#database, () => {
      for (const sql of drop) this.#database.prepare(sql).run(sourceId, end);
    });
    if (end < limit) return true;
    this.#pruned.set(key, hour);
    return false;
  }
}

function hourOf(at: number): number {
  return Math.floor(at / hourMs) * hourMs;
}
