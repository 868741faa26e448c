import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { KeyedRecord, LogRecord } from "../../core/log/record.ts";
import type { LogBatch, LogHandler, ObservationLog, PollRecords } from "../../core/ports/observation-log.ts";
import { entriesOf, recordsOf } from "./log-rows.ts";
import { inTransaction } from "./transaction.ts";

/** The embedded log's only partition. */
export const partition = 0;

export interface SqliteLogOptions {
  /** Most records a batch holds (a poll is never split). */
  batchRecords?: number;
  /**
   * How long a reader at the end waits for more once something was appended, ms: a replay appends 40 polls a second,
   * and each commit of its readers rewrites a page a station.
   */
  lingerMs?: number;
}

/** One run of `consume`: `stop` ends it after the batch it is at. */
interface Consumer {
  stop: AbortController;
  done: Promise<void>;
}

/**
 * The observation log in the data dir: one row a poll, so that a poll is atomic and reading it back is one JSON
 * parse. One partition; its consumers live in the process that appends.
 */
export class SqliteLog implements ObservationLog {
  readonly #database: DatabaseSync;
  readonly #batchRecords: number;
  readonly #lingerMs: number;
  readonly #insert: StatementSync;
  readonly #insertStation: StatementSync;
  readonly #read: StatementSync;
  readonly #consumers = new Set<Consumer>();
  readonly #waiting = new Set<() => void>();
  #end: number;

  constructor(database: DatabaseSync, options: SqliteLogOptions = {}) {
    this.#database = database;
    this.#batchRecords = options.batchRecords ?? 6_000;
    this.#lingerMs = options.lingerMs ?? 500;
    this.#insert = database.prepare(
      "INSERT INTO log_batches (base_offset, count, source, at, marker, records) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#insertStation = database.prepare("INSERT OR REPLACE INTO log_stations VALUES (?, ?, ?)");
    // From the poll that the offset lies in; the polls before it may be gone.
    this.#read = database.prepare(
      `SELECT base_offset, count, source, at, records FROM log_batches
       WHERE base_offset >= coalesce((SELECT max(base_offset) FROM log_batches WHERE base_offset <= ?), 0)
         AND base_offset + count > ? ORDER BY base_offset LIMIT ?`,
    );
    const last = database.prepare(
      "SELECT base_offset + count AS end FROM log_batches ORDER BY base_offset DESC LIMIT 1",
    );
    this.#end = Number(last.get()?.end ?? 0);
  }

  async append(poll: PollRecords): Promise<void> {
    const { source, at } = poll.marker;
    const records: LogRecord[] = [...poll.records, poll.marker];
    inTransaction(this.#database, () => {
      this.#insert.run(this.#end, records.length, source, at, poll.marker.kind, JSON.stringify(records));
      for (const record of poll.records) {
        if (record.kind === "station") this.#insertStation.run(source, record.station, JSON.stringify(record));
      }
    });
    this.#end += records.length;
    for (const wake of this.#waiting) wake();
  }

  async tail(source: string, sinceMs: number): Promise<{ stations: KeyedRecord[]; records: LogRecord[] }> {
    // From the last poll, not from an end marker: that one stands a hold later, past every record of the source.
    const newest = this.#database.prepare("SELECT max(at) AS at FROM log_batches WHERE source = ? AND marker = 'poll'");
    const last = newest.get(source)?.at;
    const batches = this.#database.prepare(
      "SELECT base_offset, count, source, at, records FROM log_batches WHERE source = ? AND at > ? ORDER BY base_offset",
    );
    const records: LogRecord[] = [];
    if (typeof last === "number") {
      for (const row of batches.iterate(source, last - sinceMs)) records.push(...recordsOf(row));
    }
    const stations: KeyedRecord[] = [];
    const known = this.#database.prepare("SELECT record FROM log_stations WHERE source = ? ORDER BY station");
    for (const row of known.iterate(source)) stations.push(JSON.parse(String(row.record)));
    return { stations, records };
  }

  async consume(
    group: string,
    handler: LogHandler,
    options: { signal: AbortSignal; untilEnd?: boolean },
  ): Promise<void> {
    const stop = new AbortController();
    const forward = () => stop.abort();
    if (options.signal.aborted) stop.abort();
    options.signal.addEventListener("abort", forward, { once: true });
    const end = options.untilEnd === true ? this.#end : Number.POSITIVE_INFINITY;
    const consumer = { stop, done: this.#run(group, handler, stop.signal, end) };
    this.#consumers.add(consumer);
    try {
      await consumer.done;
    } finally {
      this.#consumers.delete(consumer);
      options.signal.removeEventListener("abort", forward);
    }
  }

  /** Ends every `consume` and waits for it, so that the database can be closed under no reader's feet. */
  async close(): Promise<void> {
    const consumers = [...this.#consumers];
    for (const { stop } of consumers) stop.abort();
    await Promise.allSettled(consumers.map(({ done }) => done));
  }

  async #run(group: string, handler: LogHandler, signal: AbortSignal, end: number): Promise<void> {
    const generation = this.#nextGeneration(group);
    let next = Number((await handler.assigned(partition, generation)) ?? 0);
    while (!signal.aborted && next < end) {
      const batch = this.#batch(next, generation);
      if (batch === null) {
        await this.#appended(signal);
        await this.#linger(signal);
        continue;
      }
      await handler.batch(batch);
      next = Number(batch.nextOffset);
    }
    await handler.revoked(partition);
  }

  #batch(from: number, generation: number): LogBatch | null {
    if (from >= this.#end) return null;
    const entries: LogBatch["entries"] = [];
    let next = this.#end;
    const polls = Math.max(1, Math.floor(this.#batchRecords / 500));
    for (const row of this.#read.iterate(from, from, polls)) {
      for (const entry of entriesOf(row)) if (entry.offset >= from) entries.push(entry);
      next = Number(row.base_offset) + Number(row.count);
      if (entries.length >= this.#batchRecords) break;
    }
    return { partition, generation, entries, nextOffset: BigInt(next), endOffset: BigInt(this.#end) };
  }

  #nextGeneration(group: string): number {
    const next = this.#database.prepare(
      `INSERT INTO consumer_groups VALUES (?, 1)
       ON CONFLICT (name) DO UPDATE SET generation = generation + 1 RETURNING generation`,
    );
    return Number(next.get(group)?.generation);
  }

  #linger(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#lingerMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, this.#lingerMs);
      signal.addEventListener("abort", done);
    });
  }

  #appended(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }
}
