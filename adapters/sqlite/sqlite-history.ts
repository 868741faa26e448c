import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { PollMarker } from "../../core/log/record.ts";
import type { Observation } from "../../core/observation/observation.ts";
import type { HistoryBatch, HistoryStore } from "../../core/ports/history-store.ts";
import { Names } from "./names.ts";
import { inTransaction } from "./transaction.ts";
import { numberOrNull } from "./window-rows.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const columns = "s.name AS source, t.code AS station, o.*, z.name AS zone";

const selectBetween = `
SELECT ${columns} FROM sources s
CROSS JOIN observations o ON o.source_id = s.id
JOIN stations t ON t.id = o.station_id
LEFT JOIN zones z ON z.id = o.zone_id
WHERE s.name = ? AND o.at >= ? AND o.at < ? ORDER BY o.at, t.code`;

/** A seek at each poll of the source. */
const selectStation = `
SELECT ${columns} FROM sources s
CROSS JOIN stations t ON t.source_id = s.id AND t.code = ?
CROSS JOIN polls p ON p.source_id = s.id
CROSS JOIN observations o ON o.source_id = s.id AND o.at = p.at AND o.station_id = t.id
LEFT JOIN zones z ON z.id = o.zone_id
WHERE s.name = ? AND p.at >= ? AND p.at < ? ORDER BY p.at LIMIT ?`;

/** The long record in the data dir, clustered by time. */
export class SqliteHistory implements HistoryStore {
  readonly #database: DatabaseSync;
  #names: Names | null = null;
  readonly #select: { station: StatementSync };

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#select = { station: database.prepare(selectStation) };
  }

  async append(batch: HistoryBatch): Promise<void> {
    this.#names ??= new Names(this.#database);
    const names = this.#names;
    const insert = this.#database.prepare(
      "INSERT OR REPLACE INTO observations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    const insertPoll = this.#database.prepare("INSERT OR REPLACE INTO polls VALUES (?, ?, ?)");
    try {
      inTransaction(this.#database, () => {
        for (const o of batch.observations) {
          insert.run(
            names.source(o.source),
            o.at,
            names.station(o.source, o.station),
            o.bikes,
            o.mechanical,
            o.ebike,
            o.docks,
            Number(o.installed),
            Number(o.renting),
            Number(o.returning),
            o.capacity,
            o.zone === null ? null : names.zone(o.source, o.zone),
            o.reportedAt,
          );
        }
        for (const poll of batch.polls) insertPoll.run(names.source(poll.source), poll.at, JSON.stringify(poll));
        this.#database
          .prepare("INSERT OR REPLACE INTO history_positions VALUES (?, ?)")
          .run(batch.partition, batch.offset);
      });
    } catch (error) {
      names.clear();
      throw error;
    }
  }

  async position(partition: number): Promise<bigint | null> {
    const row = this.#database.prepare("SELECT log_offset FROM history_positions WHERE partition = ?").get(partition);
    return row === undefined ? null : BigInt(Number(row.log_offset));
  }

  async *station(source: string, station: string, from: number, to: number): AsyncGenerator<Observation> {
    // In pages, so that no cursor stays open while others write.
    const page = 5000;
    let next = from;
    while (true) {
      const rows = this.#select.station.all(station, source, next, to, page);
      for (const row of rows) yield observationOf(row);
      if (rows.length < page) return;
      next = Number(rows.at(-1)?.at) + 1;
    }
  }

  async *day(source: string, date: string): AsyncGenerator<Observation> {
    const start = Date.parse(`${date}T00:00:00Z`);
    yield* this.between(source, start, start + dayMs);
  }

  async *between(source: string, from: number, to: number): AsyncGenerator<Observation> {
    const stretch = this.#database.prepare(selectBetween);
    for (let at = from; at < to; at += hourMs) {
      for (const row of stretch.all(source, at, Math.min(at + hourMs, to))) yield observationOf(row);
    }
  }

  async sources(): Promise<string[]> {
    const select = this.#database.prepare(
      "SELECT name FROM sources s WHERE EXISTS (SELECT 1 FROM polls p WHERE p.source_id = s.id)",
    );
    return select
      .all()
      .map((row) => String(row.name))
      .sort();
  }

  async *polls(source: string, from: number, to: number): AsyncGenerator<PollMarker> {
    const select = this.#database.prepare(
      `SELECT marker FROM polls p JOIN sources s ON s.id = p.source_id
       WHERE s.name = ? AND at >= ? AND at < ? ORDER BY at`,
    );
    for (const row of select.all(source, from, to)) yield JSON.parse(String(row.marker));
  }

  async close(): Promise<void> {}
}

function observationOf(row: Record<string, SQLOutputValue>): Observation {
  return {
    source: String(row.source),
    station: String(row.station),
    at: Number(row.at),
    bikes: Number(row.bikes),
    mechanical: numberOrNull(row.mechanical),
    ebike: numberOrNull(row.ebike),
    docks: Number(row.docks),
    installed: row.is_installed === 1,
    renting: row.is_renting === 1,
    returning: row.is_returning === 1,
    capacity: numberOrNull(row.capacity),
    zone: row.zone === null ? null : String(row.zone),
    reportedAt: numberOrNull(row.reported_at),
  };
}
