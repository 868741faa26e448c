import { setImmediate as nextTurn } from "node:timers/promises";
import type { OpenDataDir } from "../../adapters/sqlite/data-dir.ts";
import { openDataDir } from "../../adapters/sqlite/data-dir.ts";
import { keepWindowLength } from "../../adapters/sqlite/data-dir-settings.ts";
import { SqliteDeadLetters } from "../../adapters/sqlite/sqlite-dead-letters.ts";
import { SqliteHistory } from "../../adapters/sqlite/sqlite-history.ts";
import { SqliteLog } from "../../adapters/sqlite/sqlite-log.ts";
import { SqliteResults } from "../../adapters/sqlite/sqlite-results.ts";
import type { Retention } from "../../adapters/sqlite/sqlite-retention.ts";
import { SqliteRetention } from "../../adapters/sqlite/sqlite-retention.ts";
import { Deduplicator } from "../../core/deduplication/deduplicator.ts";
import type { LogHandler } from "../../core/ports/observation-log.ts";
import type { WindowSettings } from "../../core/windows/window-engine.ts";
import type { ZoneRule } from "../../core/zones/zone-rule.ts";
import { Aggregator, aggregatorGroup } from "../aggregator/aggregator.ts";
import { Archiver, archiverGroup } from "../archiver/archiver.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { Producer } from "../producer/producer.ts";
import { PruningHandler } from "./pruning-handler.ts";

export interface EmbeddedSettings {
  windows: WindowSettings;
  keyframeMs: number;
  zoneOf: ZoneRule;
  retention: Retention;
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
  readonly #retention: SqliteRetention;
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
    this.#retention = new SqliteRetention(database, settings.retention);
  }

  /** A producer that goes on where the log of `source` ends, and the time of the last poll in it, ms. */
  async producer(source: string, holdMs: number): Promise<{ producer: Producer; lastPollAt: number | null }> {
    const { keyframeMs, zoneOf } = this.#settings;
    const deduplicator = new Deduplicator({ source, holdMs, keyframeMs, zoneOf });
    const producer = new Producer(source, deduplicator, this.log, this.deadLetters, this.#metrics);
    const lastPollAt = await producer.resume(keyframeMs);
    return { producer, lastPollAt };
  }

  /** Aggregates and archives the log until `signal` aborts, and drops what is older than the retention. */
  async follow(signal: AbortSignal): Promise<void> {
    await this.#consume(signal, false);
  }

  /** Aggregates and archives what is in the log now, and drops all that is older than the retention. */
  async catchUp(): Promise<void> {
    await this.#consume(new AbortController().signal, true);
    while (this.#retention.pruneWindows() || this.#retention.pruneHistory()) await nextTurn();
    this.#retention.pruneLog();
    this.#retention.pruneDeadLetters();
  }

  async #consume(signal: AbortSignal, untilEnd: boolean): Promise<void> {
    const { windows } = this.#settings;
    const stop = new AbortController();
    const forward = () => stop.abort();
    if (signal.aborted) stop.abort();
    signal.addEventListener("abort", forward, { once: true });
    const aggregator = new Aggregator(this.results, this.deadLetters, { windows, commitWindows }, this.#metrics);
    const archiver = new Archiver(this.history, this.#metrics);
    const consumers = [
      this.#consumeAs(aggregatorGroup, aggregator, () => this.#retention.pruneWindows(), stop.signal, untilEnd),
      this.#consumeAs(archiverGroup, archiver, () => this.#retention.pruneHistory(), stop.signal, untilEnd),
    ];
    try {
      await Promise.all(consumers);
    } finally {
      // One that failed must not leave the other one at work on a database that is about to be closed.
      stop.abort();
      await Promise.allSettled(consumers);
      signal.removeEventListener("abort", forward);
    }
  }

  #consumeAs(
    group: string,
    handler: LogHandler,
    prune: () => boolean,
    signal: AbortSignal,
    untilEnd: boolean,
  ): Promise<void> {
    const pruning = new PruningHandler(handler, () => {
      prune();
      this.#retention.pruneLog();
      this.#retention.pruneDeadLetters();
    });
    return this.log.consume(group, pruning, { signal, untilEnd });
  }

  async close(): Promise<void> {
    await this.log.close();
    this.#dataDir.close();
  }
}
