import type { DeadLetter } from "../../core/dead-letter/dead-letter.ts";
import { deadLetter } from "../../core/dead-letter/dead-letter.ts";
import type { LogRecord } from "../../core/log/record.ts";
import type { DeadLetters } from "../../core/ports/dead-letters.ts";
import type { LogBatch, LogEntry, LogHandler } from "../../core/ports/observation-log.ts";
import type { ResultStore } from "../../core/ports/result-store.ts";
import { SourceStates } from "../../core/state/source-states.ts";
import { StationStates } from "../../core/state/station-states.ts";
import type { WindowSettings } from "../../core/windows/window-engine.ts";
import { WindowEngine } from "../../core/windows/window-engine.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { UnannouncedRecords } from "./unannounced-records.ts";

export const aggregatorGroup = "aggregator";

export interface AggregatorSettings {
  windows: WindowSettings;
  /**
   * While more of the log is waiting, results are gathered until there are this many windows: catching up, one
   * commit in ten polls writes a fifth of the pages. At the end of the log every batch is committed.
   */
  commitWindows: number;
}

/** What an aggregator needs of a result store: all but the questions of its readers. */
export type AggregatorResults = Pick<ResultStore, "checkpoint" | "commit" | "stations" | "sources">;

/** What one partition's aggregation holds between commits. */
interface PartitionState {
  engine: WindowEngine;
  /** The latest states of its own stations: another partition's newer ones must not be taken for stored. */
  stations: StationStates;
  /** Where the sources stand in this partition; it may be behind another one. */
  sources: SourceStates;
  unannounced: UnannouncedRecords;
  generation: number;
  /** Where the log goes on after what the engine has taken in. */
  offset: bigint;
  /** True while there is something to commit. */
  dirty: boolean;
}

/**
 * Reads the observation log and keeps windows, latest states and the checkpoint in the result store. A crash at any
 * point resumes from the last checkpoint and gives the same results: what is read again replaces itself.
 */
export class Aggregator implements LogHandler {
  readonly #results: AggregatorResults;
  readonly #deadLetters: DeadLetters;
  readonly #settings: AggregatorSettings;
  readonly #metrics: Metrics;
  readonly #partitions = new Map<number, PartitionState>();
  readonly #letters: DeadLetter[] = [];
  /** The dead letters whose records were sent again, by those records. */
  readonly #ancestors = new WeakMap<object, string>();

  constructor(results: AggregatorResults, deadLetters: DeadLetters, settings: AggregatorSettings, metrics: Metrics) {
    this.#results = results;
    this.#deadLetters = deadLetters;
    this.#settings = settings;
    this.#metrics = metrics;
  }

  async assigned(partition: number, generation: number): Promise<bigint | null> {
    const checkpoint = await this.#results.checkpoint(partition);
    const { windows } = this.#settings;
    const engine =
      checkpoint === null
        ? new WindowEngine(windows, partition)
        : WindowEngine.restore(checkpoint.state, windows, partition);
    const offset = checkpoint?.offset ?? null;
    const stations = new StationStates();
    for (const state of await this.#results.stations({})) stations.restore(state);
    const sources = new SourceStates();
    const known = await this.#results.sources();
    for (const state of known) sources.restore(state);
    const unannounced = new UnannouncedRecords(known.map(({ source }) => source));
    const states = { engine, stations, sources, unannounced };
    this.#partitions.set(partition, { ...states, generation, offset: offset ?? 0n, dirty: false });
    return offset;
  }

  async batch(batch: LogBatch): Promise<void> {
    const state = this.#partitions.get(batch.partition);
    if (state === undefined) throw new Error(`partition ${batch.partition} was never assigned`);
    const started = performance.now();
    for (const entry of batch.entries) this.#take(batch.partition, state, entry);
    state.offset = batch.nextOffset;
    state.dirty = true;
    this.#metrics.processing.observe({ stage: "aggregate" }, (performance.now() - started) / 1000);
    const place = { group: aggregatorGroup, partition: batch.partition };
    this.#metrics.logLag.handled(place, batch.nextOffset, batch.endOffset);
    const caughtUp = batch.nextOffset >= batch.endOffset;
    if (caughtUp || state.unannounced.isFull) this.#refuseUnannounced(batch.partition, state);
    // What is held is in no checkpoint: it has to be read again after a crash.
    if (!state.unannounced.isEmpty) return;
    if (caughtUp || state.engine.output.stationWindows.size >= this.#settings.commitWindows) {
      await this.#commit(batch.partition, state);
    }
  }

  async revoked(partition: number): Promise<void> {
    // What has scaled by the lag would go on seeing the one it had here, and its new owner's beside it.
    this.#metrics.logLag.revoked({ group: aggregatorGroup, partition });
    const state = this.#partitions.get(partition);
    if (state?.dirty && state.unannounced.isEmpty) await this.#commit(partition, state);
    this.#partitions.delete(partition);
  }

  #take(partition: number, state: PartitionState, entry: LogEntry): void {
    if ("undecodable" in entry) {
      const { source, at, reason = "undecodable-record", detail, excerpt } = entry.undecodable;
      const letter = deadLetter(source, at, reason, detail, excerpt, `${partition}/${entry.offset}`);
      this.#letters.push(withPlace(letter, partition, entry));
      return;
    }
    const { record } = entry;
    if (entry.ancestor !== undefined) this.#ancestors.set(record, entry.ancestor);
    // A station's metadata enters no number, and what is left of it where retention took the polls has no marker.
    if (record.kind !== "station" && !state.unannounced.isAnnounced(record.source)) {
      if (record.kind !== "poll" && record.kind !== "end") {
        state.unannounced.hold({ ...entry, record });
        return;
      }
      for (const held of state.unannounced.announce(record.source)) this.#apply(state, held);
    }
    this.#apply(state, entry);
  }

  #apply({ engine, stations, sources }: PartitionState, { record, ancestor }: LogEntry & { record: LogRecord }): void {
    if (record.kind !== "station") engine.ingest(record);
    if (record.kind === "poll" || record.kind === "end") {
      sources.apply(record, engine.finalUntil(record.source));
    } else if (ancestor === undefined || record.at >= (sources.lastPollAt(record.source) ?? record.at)) {
      // What was sent again may be older than the station's latest state; all else comes in order.
      stations.apply(record);
    }
  }

  #refuseUnannounced(partition: number, state: PartitionState): void {
    for (const entry of state.unannounced.refuse()) {
      const { source, at, station } = entry.record;
      const detail = `station ${station}: no poll marker of ${source} is in the log; see what writes to the topic`;
      const letter = deadLetter(source, at, "unknown-source", detail, entry.record, `${partition}/${entry.offset}`);
      this.#letters.push(withPlace(letter, partition, entry));
    }
  }

  async #commit(partition: number, state: PartitionState): Promise<void> {
    const started = performance.now();
    const { engine } = state;
    const { stationWindows, zoneParts, refused } = engine.output;
    for (const { source, at, reason, station, record } of refused) {
      const detail =
        reason === "late"
          ? `station ${station}: its window was final; a larger aggregation.allowedLateness would have waited`
          : `station ${station}: the marker of its poll never came`;
      const letter = deadLetter(source, at, reason, detail, record, station);
      const ancestor = typeof record === "object" && record !== null ? this.#ancestors.get(record) : undefined;
      this.#letters.push(ancestor === undefined ? letter : { ...letter, ancestor });
    }
    // First the letters: put again after a crash, they are the same letters.
    await this.#deadLetters.put(this.#letters);
    await this.#results.commit({
      partition,
      generation: state.generation,
      offset: state.offset,
      state: engine.snapshot(),
      stationWindows,
      zoneParts,
      stations: state.stations.takeMoved(),
      sources: state.sources.takeMoved(),
    });
    for (const { source, reason } of this.#letters) {
      // What others write to the topic must not make label values of its own.
      const label = state.unannounced.isAnnounced(source) ? source : "unknown";
      this.#metrics.deadLetters.inc({ source: label, reason });
    }
    for (const { source } of refused) this.#metrics.lateRecords.inc({ source });
    this.#metrics.windowCloses.inc({ kind: "station" }, stationWindows.size);
    this.#metrics.windowCloses.inc({ kind: "zone" }, zoneParts.length);
    this.#metrics.processing.observe({ stage: "commit" }, (performance.now() - started) / 1000);
    this.#letters.length = 0;
    engine.clearOutput();
    state.dirty = false;
  }
}

/** The letter with where its record stands, and the letter it was sent again for. */
function withPlace(letter: DeadLetter, partition: number, { offset, ancestor }: LogEntry): DeadLetter {
  const origin = { log: "observations" as const, partition, offset: String(offset) };
  return { ...letter, origin, ...(ancestor === undefined ? {} : { ancestor }) };
}
