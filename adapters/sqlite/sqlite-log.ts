import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { KeyedRecord, LogRecord } from "../../core/log/record.ts";
import type { LogBatch, LogEntry, LogHandler, ObservationLog, PollRecords } from "../../core/ports/observation-log.ts";
import { inTransaction } from "./transaction.ts";

/** The embedded log's only partition. */
const partition = 0;

export interface SqliteLogOptions {
  /** Most records a batch holds (a poll is never split). */
  batchRecords?: number;
  /**
   * How long a reader at the end waits for more once something was appended, ms: a replay appends 40 polls a second,
   * and each commit of its readers rewrites a page a station.
   */
  lingerMs?: number;
  /** Polls older than the source's newest by more than this, and read by every consumer, are dropped, ms. */
  retentionMs?: number;
}

/**
 * The observation log in the data dir: one row a poll, so that a poll is atomic and reading it back is one JSON
 * parse. One partition; its consumers live in the process that appends.
 */
export class SqliteLog implements ObservationLog {
  readonly #database: DatabaseSync;
  readonly #batchRecords: number;
  readonly #lingerMs: number;
  readonly #retentionMs: number;
  readonly #insert: StatementSync;
  readonly #insertStation: StatementSync;
  readonly #read: StatementSync;
  readonly #positions = new Map<string, bigint>();
  readonly #waiting = new Set<() => void>();
  #end: number;

  constructor(database: DatabaseSync, options: SqliteLogOptions = {}) {
    this.#database = database;
    this.#batchRecords = options.batchRecords ?? 6_000;
    this.#lingerMs = options.lingerMs ?? 500;
    this.#retentionMs = options.retentionMs ?? 48 * 3_600_000;
    this.#insert = database.prepare(
      "INSERT INTO log_batches (base_offset, count, source, at, marker, records) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#insertStation = database.prepare("INSERT OR REPLACE INTO log_stations VALUES (?, ?, ?)");
    this.#read = database.prepare(
      "SELECT base_offset, count, records FROM log_batches WHERE base_offset >= ? ORDER BY base_offset LIMIT ?",
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
    const newest = this.#database.prepare("SELECT max(at) AS at FROM log_batches WHERE source = ? AND marker = 'poll'");
    const last = newest.get(source)?.at;
    const batches = this.#database.prepare(
      "SELECT records FROM log_batches WHERE source = ? AND at > ? ORDER BY base_offset",
    );
    const records: LogRecord[] = [];
    if (typeof last === "number") {
      for (const row of batches.iterate(source, last - sinceMs)) records.push(...parse(row.records));
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
    const generation = this.#nextGeneration(group);
    const end = this.#end;
    let next = Number((await handler.assigned(partition, generation)) ?? this.#start());
    this.#positions.set(group, BigInt(next));
    while (!options.signal.aborted) {
      if (options.untilEnd && next >= end) break;
      const batch = this.#batch(next, generation);
      if (batch === null) {
        await this.#appended(options.signal);
        await sleep(this.#lingerMs, undefined, { signal: options.signal }).catch(() => undefined);
        continue;
      }
      await handler.batch(batch);
      next = Number(batch.nextOffset);
      this.#positions.set(group, batch.nextOffset);
    }
    await handler.revoked(partition);
  }

  /** Drops polls beyond the retention that every consumer has read; the newest of each source stay. */
  prune(): void {
    if (this.#positions.size === 0) return;
    let read = this.#end;
    for (const position of this.#positions.values()) read = Math.min(read, Number(position));
    const drop = this.#database.prepare(
      `DELETE FROM log_batches WHERE base_offset + count <= ?
       AND at < (SELECT max(at) FROM log_batches newer WHERE newer.source = log_batches.source) - ?`,
    );
    drop.run(read, this.#retentionMs);
  }

  async close(): Promise<void> {
    for (const wake of this.#waiting) wake();
  }

  #batch(from: number, generation: number): LogBatch | null {
    if (from >= this.#end) return null;
    const entries: LogEntry[] = [];
    let next = from;
    const polls = Math.max(1, Math.floor(this.#batchRecords / 500));
    for (const row of this.#read.iterate(from, polls)) {
      const base = Number(row.base_offset);
      for (const [i, record] of parse(row.records).entries()) entries.push({ offset: BigInt(base + i), record });
      next = base + Number(row.count);
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

  #start(): number {
    const first = this.#database.prepare("SELECT min(base_offset) AS start FROM log_batches").get();
    return Number(first?.start ?? 0);
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

function parse(records: unknown): LogRecord[] {
  return JSON.parse(String(records));
}
