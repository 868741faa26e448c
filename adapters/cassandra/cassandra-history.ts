import { types } from "cassandra-driver";
import type { AbsentRecord, PollMarker } from "../../core/log/record.ts";
import type { Observation } from "../../core/observation/observation.ts";
import type { HistoryBatch, ReplayableHistory } from "../../core/ports/history-store.ts";
import { absenceColumns, absenceOf, absenceRow, insertAbsence } from "./absence-rows.ts";
import { BatchWriter } from "./batch-writer.ts";
import { CassandraConnection } from "./cassandra-connection.ts";
import { migrate } from "./migrate.ts";
import { readMigrations } from "./migrations.ts";
import {
  insertByDay,
  insertByStation,
  observationColumns,
  observationOf,
  observationRows,
} from "./observation-rows.ts";
import type { CassandraOptions } from "./options.ts";
import { insertPoll, pollColumns, pollOf, pollRow } from "./poll-rows.ts";
import { dayAndHour, monthOf, nextDay, nextHour, within } from "./time-buckets.ts";

/** Some 150 bytes a row: below the 5 KiB from which Cassandra warns of a batch. */
const observationBatch = { rows: 28, partitions: 10 };
const pollBatch = { rows: 8, partitions: 8 };
const defaultWritesAtOnce = 32;
/** Observations encoded at a time: bounds the memory, and still gives a back-fill 20 rows a station and batch. */
const slice = 30_000;

/**
 * The long record in Cassandra, twice: by station for one station over time, by hour for a whole day at once. Both
 * are written before the position is: an append that broke off is simply done again.
 */
export class CassandraHistory implements ReplayableHistory {
  readonly #connection: CassandraConnection;
  readonly #writer: BatchWriter;
  /** Months known to be in `history_months`. */
  readonly #months = new Set<string>();

  private constructor(connection: CassandraConnection, writesAtOnce: number) {
    this.#connection = connection;
    this.#writer = new BatchWriter(connection, writesAtOnce);
  }

  /**
   * Connects, and brings the keyspace to the newest schema.
   * @throws VelibError VELIB_CASSANDRA_* when the cluster can't be used
   */
  static async open(options: CassandraOptions): Promise<CassandraHistory> {
    const connection = await openMigrated(options);
    return new CassandraHistory(connection, options.writesAtOnce ?? defaultWritesAtOnce);
  }

  /** Resolves when the cluster answers. @throws VelibError VELIB_CASSANDRA_* with the cause */
  ping(): Promise<void> {
    return this.#connection.ping();
  }

  async append({ observations, absences = [], polls, partition, offset }: HistoryBatch): Promise<void> {
    const { keyspace } = this.#connection;
    await this.#rememberMonths([...observations, ...absences, ...polls]);
    for (let from = 0; from < observations.length; from += slice) {
      const rows = observationRows(observations.slice(from, from + slice));
      await allWritten([
        this.#writer.write(insertByStation(keyspace), rows.byStation, observationBatch),
        this.#writer.write(insertByDay(keyspace), rows.byDay, observationBatch),
      ]);
    }
    await this.#writer.write(insertAbsence(keyspace), absences.map(absenceRow), observationBatch);
    await this.#writer.write(insertPoll(keyspace), polls.map(pollRow), pollBatch);
    await this.#execute(`INSERT INTO ${keyspace}.history_positions (log_partition, next_offset) VALUES (?, ?)`, [
      partition,
      offset,
    ]);
  }

  async position(partition: number): Promise<bigint | null> {
    const { keyspace } = this.#connection;
    const query = `SELECT next_offset FROM ${keyspace}.history_positions WHERE log_partition = ?`;
    const row = (await this.#execute(query, [partition])).first();
    return row === null ? null : BigInt(row.get("next_offset"));
  }

  async *station(source: string, station: string, from: number, to: number): AsyncGenerator<Observation> {
    const query = `SELECT ${observationColumns} FROM ${this.#connection.keyspace}.observations_by_station
      WHERE source = ? AND station = ? AND month = ? AND at >= ? AND at < ?`;
    for (const month of await this.#monthsOf(source, from, to)) {
      const parameters = [source, station, month, new Date(within(from)), new Date(within(to))];
      for await (const row of this.#connection.rows(query, parameters)) yield observationOf(row);
    }
  }

  async *day(source: string, date: string): AsyncGenerator<Observation> {
    const query = `SELECT ${observationColumns} FROM ${this.#connection.keyspace}.observations_by_day
      WHERE source = ? AND day = ? AND hour = ?`;
    const day = types.LocalDate.fromString(date);
    for (let hour = 0; hour < 24; hour++) {
      yield* inStationOrder(this.#connection.rows(query, [source, day, hour]));
    }
  }

  async *between(source: string, from: number, to: number): AsyncGenerator<Observation> {
    const query = `SELECT ${observationColumns} FROM ${this.#connection.keyspace}.observations_by_day
      WHERE source = ? AND day = ? AND hour = ? AND at >= ? AND at < ?`;
    for (let at = from; at < to; at = nextHour(at)) {
      const { day, hour } = dayAndHour(at);
      const parameters = [source, types.LocalDate.fromString(day), hour, new Date(from), new Date(to)];
      yield* inStationOrder(this.#connection.rows(query, parameters));
    }
  }

  async sources(): Promise<string[]> {
    const names: string[] = [];
    const query = `SELECT DISTINCT source FROM ${this.#connection.keyspace}.history_months`;
    for await (const row of this.#connection.rows(query, [])) names.push(String(row.get("source")));
    return names.sort();
  }

  async *polls(source: string, from: number, to: number): AsyncGenerator<PollMarker> {
    const query = `SELECT ${pollColumns} FROM ${this.#connection.keyspace}.polls
      WHERE source = ? AND month = ? AND at >= ? AND at < ?`;
    for (const month of await this.#monthsOf(source, from, to)) {
      const parameters = [source, month, new Date(within(from)), new Date(within(to))];
      for await (const row of this.#connection.rows(query, parameters)) yield pollOf(row);
    }
  }

  async *absences(source: string, from: number, to: number): AsyncGenerator<AbsentRecord> {
    const query = `SELECT ${absenceColumns} FROM ${this.#connection.keyspace}.absences
      WHERE source = ? AND day = ? AND at >= ? AND at < ?`;
    for (let at = from; at < to; at = nextDay(at)) {
      const parameters = [source, types.LocalDate.fromString(dayAndHour(at).day), new Date(from), new Date(to)];
      for await (const row of this.#connection.rows(query, parameters)) yield absenceOf(row);
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Before their rows: a row of a month that no reader knows of would be lost to them. */
  async #rememberMonths(rows: readonly { source: string; at: number }[]): Promise<void> {
    const { keyspace } = this.#connection;
    let last: { source: string; at: number } | null = null;
    for (const row of rows) {
      if (last?.source === row.source && last.at === row.at) continue;
      last = row;
      const month = monthOf(row.at);
      const name = `${row.source}\0${month}`;
      if (this.#months.has(name)) continue;
      await this.#execute(`INSERT INTO ${keyspace}.history_months (source, month) VALUES (?, ?)`, [row.source, month]);
      this.#months.add(name);
    }
  }

  async #monthsOf(source: string, from: number, to: number): Promise<string[]> {
    if (from >= to) return [];
    const query = `SELECT month FROM ${this.#connection.keyspace}.history_months WHERE source = ?`;
    const months: string[] = [];
    const first = monthOf(from);
    const last = monthOf(to);
    for await (const row of this.#connection.rows(query, [source])) {
      const month = String(row.get("month"));
      if (month >= first && month <= last) months.push(month);
    }
    return months;
  }

  #execute(query: string, parameters: unknown[]): Promise<types.ResultSet> {
    return this.#connection.guard(() => this.#connection.client.execute(query, parameters, { prepare: true }));
  }
}

/** Waits for all, then throws the first failure: nothing of a failed append is still under way when it is told. */
async function allWritten(work: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** Each poll's observations by station in the order of code units; Cassandra's is by UTF-8 bytes. */
async function* inStationOrder(rows: AsyncIterable<types.Row>): AsyncGenerator<Observation> {
  let poll: Observation[] = [];
  for await (const row of rows) {
    const observation = observationOf(row);
    if (poll.length > 0 && poll[0]?.at !== observation.at) {
      yield* poll.sort(byStation);
      poll = [];
    }
    poll.push(observation);
  }
  yield* poll.sort(byStation);
}

function byStation(a: Observation, b: Observation): number {
  if (a.station === b.station) return 0;
  return a.station < b.station ? -1 : 1;
}

/** A connection to a keyspace of the newest schema. */
export async function openMigrated(options: CassandraOptions): Promise<CassandraConnection> {
  const connection = await CassandraConnection.open(options);
  try {
    const { keyspace, replication, historyTtlSeconds = 0 } = options;
    const settings = { keyspace, replication, historyTtlSeconds };
    await connection.guard(() => migrate(connection.client, settings, readMigrations()));
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
