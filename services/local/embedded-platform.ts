import type { OpenDataDir } from "../../adapters/sqlite/data-dir.ts";
import { openDataDir } from "../../adapters/sqlite/data-dir.ts";
import { keepWindowLength } from "../../adapters/sqlite/data-dir-settings.ts";
import { SqliteDeadLetters } from "../../adapters/sqlite/sqlite-dead-letters.ts";
import { SqliteHistory } from "../../adapters/sqlite/sqlite-history.ts";
import { SqliteLog } from "../../adapters/sqlite/sqlite-log.ts";
import { SqliteResults } from "../../adapters/sqlite/sqlite-results.ts";
import { Deduplicator } from "../../core/deduplication/deduplicator.ts";
import type { WindowSettings } from "../../core/windows/window-engine.ts";
import type { ZoneRule } from "../../core/zones/zone-rule.ts";
import { Aggregator, aggregatorGroup } from "../aggregator/aggregator.ts";
import { Archiver, archiverGroup } from "../archiver/archiver.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { Producer } from "../producer/producer.ts";

export interface EmbeddedSettings {
  windows: WindowSettings;
  keyframeMs: number;
  zoneOf: ZoneRule;
}

/** Windows gathered before a commit while catching up. */
const commitWindows = 30_000;

/** Log, results, history and dead letters in one data dir, with the services that move data between them. */
export class EmbeddedPlatform {
  readonly log: SqliteLog;
  readonly results: SqliteResults;
  readonly history: SqliteHistory;
  readonly deadLetters: SqliteDeadLetters;
  readonly #dataDir: OpenDataDir;
  readonly #settings: EmbeddedSettings;
  readonly #metrics: Metrics;

  /** @throws VelibError VELIB_DATA_DIR_* */
  constructor(dir: string, settings: EmbeddedSettings, metrics: Metrics) {
    this.#dataDir = openDataDir(dir);
    this.#settings = settings;
    this.#metrics = metrics;
    const { database } = this.#dataDir;
    try {
      keepWindowLength(database, settings.windows.lengthMs);
    } catch (error) {
      this.#dataDir.close();
      throw error;
    }
    this.log = new SqliteLog(database);
    this.results = new SqliteResults(database, settings.windows.lengthMs);
    this.history = new SqliteHistory(database);
    this.deadLetters = new SqliteDeadLetters(database);
  }

  /** A producer that goes on where the log of `source` ends, and the time of the last poll in it, ms. */
  async producer(source: string, holdMs: number): Promise<{ producer: Producer; lastPollAt: number | null }> {
    const { keyframeMs, zoneOf } = this.#settings;
    const deduplicator = new Deduplicator({ source, holdMs, keyframeMs, zoneOf });
    const producer = new Producer(source, deduplicator, this.log, this.deadLetters, this.#metrics);
    const lastPollAt = await producer.resume(keyframeMs);
    return { producer, lastPollAt };
  }

  /** Aggregates and archives the log until `signal` aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    await this.#consume({ signal });
  }

  /** Aggregates and archives what is in the log now. */
  async catchUp(): Promise<void> {
    await this.#consume({ signal: new AbortController().signal, untilEnd: true });
    this.log.prune();
  }

  async #consume(options: { signal: AbortSignal; untilEnd?: boolean }): Promise<void> {
    const { windows } = this.#settings;
    const aggregator = new Aggregator(this.results, this.deadLetters, { windows, commitWindows }, this.#metrics);
    const archiver = new Archiver(this.history, this.#metrics);
    await Promise.all([
      this.log.consume(aggregatorGroup, aggregator, options),
      this.log.consume(archiverGroup, archiver, options),
    ]);
  }

  async close(): Promise<void> {
    await this.log.close();
    this.#dataDir.close();
  }
}
