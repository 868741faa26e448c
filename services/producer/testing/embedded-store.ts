import { DatabaseSync } from "node:sqlite";
import { schema } from "../../../adapters/sqlite/schema.ts";
import { SqliteDeadLetters } from "../../../adapters/sqlite/sqlite-dead-letters.ts";
import { SqliteHistory } from "../../../adapters/sqlite/sqlite-history.ts";
import { SqliteLog } from "../../../adapters/sqlite/sqlite-log.ts";
import { SqliteResults } from "../../../adapters/sqlite/sqlite-results.ts";
import { Deduplicator } from "../../../core/deduplication/deduplicator.ts";
import type { LogRecord } from "../../../core/log/record.ts";
import type { DeadLetters } from "../../../core/ports/dead-letters.ts";
import type { HistoryStore } from "../../../core/ports/history-store.ts";
import type { ObservationLog } from "../../../core/ports/observation-log.ts";
import type { ResultStore } from "../../../core/ports/result-store.ts";
import { byArrondissement } from "../../../core/zones/zone-rule.ts";
import { allOf } from "../../../test/contracts/all-of.ts";
import { readToEnd } from "../../../test/contracts/log-reader.ts";
import { Aggregator, aggregatorGroup } from "../../aggregator/aggregator.ts";
import { Archiver, archiverGroup } from "../../archiver/archiver.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { createMetrics } from "../../metrics/metrics.ts";
import { Producer } from "../producer.ts";
import { minute, second } from "./polls.ts";

export const windowMs = 3 * minute;
export const keyframeMs = 10 * minute;

/** The ports of one pipeline. */
export interface Ports {
  log: ObservationLog;
  results: ResultStore;
  history: HistoryStore;
  deadLetters: DeadLetters;
}

/** The embedded ports over a database in memory, which outlives the processes that are simulated on it. */
export function openStore() {
  const database = new DatabaseSync(":memory:");
  database.exec(schema);
  const ports = {
    log: new SqliteLog(database, { lingerMs: 0 }),
    results: new SqliteResults(database, windowMs),
    history: new SqliteHistory(database),
    deadLetters: new SqliteDeadLetters(database),
  };
  return { ...ports, database, close: () => database.close() };
}

interface ProcessOptions {
  holdMs?: number;
  commitWindows?: number;
  keyframeMs?: number;
  /** Its own unless given. */
  metrics?: Metrics;
}

/** Producer, aggregator and archiver of one process over some ports. */
export function startProcess(ports: Ports, options: ProcessOptions = {}) {
  const metrics = options.metrics ?? createMetrics({ version: "1.2.3" });
  const windows = { lengthMs: windowMs, latenessMs: 30 * second };
  const aggregator = new Aggregator(
    ports.results,
    ports.deadLetters,
    { windows, commitWindows: options.commitWindows ?? 0 },
    metrics,
  );
  const archiver = new Archiver(ports.history, metrics);

  async function producer(source: string) {
    const interval = options.keyframeMs ?? keyframeMs;
    const settings = { source, holdMs: options.holdMs ?? 90 * second, keyframeMs: interval, zoneOf: byArrondissement };
    const made = new Producer(source, new Deduplicator(settings), ports.log, ports.deadLetters, metrics);
    return { producer: made, lastPollAt: await made.resume(interval) };
  }

  /** Aggregates and archives what is in the log. */
  async function workOff(): Promise<void> {
    const once = { signal: new AbortController().signal, untilEnd: true };
    await ports.log.consume(aggregatorGroup, aggregator, once);
    await ports.log.consume(archiverGroup, archiver, once);
  }

  return { metrics, producer, workOff };
}

/** Everything that a pipeline ends with, checkpoints' generations apart: they count the restarts. */
export async function tablesOf(ports: Ports, source: string, date: string) {
  const checkpoint = await ports.results.checkpoint(0);
  return {
    stationWindows: await allOf(ports.results.stationWindows({})),
    zoneWindows: await allOf(ports.results.zoneWindows({})),
    stations: await ports.results.stations({}),
    sources: await ports.results.sources(),
    offset: checkpoint?.offset,
    history: await allOf(ports.history.day(source, date)),
    polls: await allOf(ports.history.polls(source, 0, Number.MAX_SAFE_INTEGER)),
    position: await ports.history.position(0),
    deadLetters: await ports.deadLetters.list({}),
    log: await recordsOf(ports.log),
  };
}

export async function recordsOf(log: ObservationLog): Promise<LogRecord[]> {
  return (await readToEnd(log)).allRecords();
}

/** A counter's value for some labels; 0 when it has none. */
export async function counted(metrics: Metrics, name: string, labels: Record<string, string>): Promise<number> {
  const metric = await metrics.registry.getSingleMetric(name)?.get();
  const wanted = Object.entries(labels);
  const found = metric?.values.find((value) =>
    wanted.every(([label, text]) => new Map<string, unknown>(Object.entries(value.labels)).get(label) === text),
  );
  return found?.value ?? 0;
}
