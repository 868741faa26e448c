import type { Deduplicator, PollOutcome } from "../../core/deduplication/deduplicator.ts";
import type { EndMarker, KeyedRecord, LogRecord } from "../../core/log/record.ts";
import type { Poll, UnreadablePoll } from "../../core/observation/reading.ts";
import type { DeadLetters } from "../../core/ports/dead-letters.ts";
import type { ObservationLog } from "../../core/ports/observation-log.ts";
import type { Metrics } from "../metrics/metrics.ts";

/** How far back content is looked for, ms: the log is kept for two days unless configured. */
const longestTailMs = 48 * 3_600_000;

/** Puts the polls of one source into the log, and what can't be used into the dead letters. */
export class Producer {
  readonly source: string;
  readonly #deduplicator: Deduplicator;
  readonly #log: ObservationLog;
  readonly #deadLetters: DeadLetters;
  readonly #metrics: Metrics;

  constructor(
    source: string,
    deduplicator: Deduplicator,
    log: ObservationLog,
    deadLetters: DeadLetters,
    metrics: Metrics,
  ) {
    this.source = source;
    this.#deduplicator = deduplicator;
    this.#log = log;
    this.#deadLetters = deadLetters;
    this.#metrics = metrics;
  }

  /** Takes up where the log ends. Returns the time of the last poll in it, ms; null for a new source. */
  async resume(keyframeMs: number): Promise<number | null> {
    let tail = await this.#log.tail(this.source, keyframeMs);
    // The log may have been written with a longer keyframe interval: a station it knows, without its content, would
    // count as changed. Each step back reads four times as much.
    for (let sinceMs = 4 * keyframeMs; lacksContent(tail) && sinceMs <= longestTailMs; sinceMs *= 4) {
      tail = await this.#log.tail(this.source, sinceMs);
    }
    this.#deduplicator.resume(tail);
    return this.#deduplicator.lastPollAt;
  }

  /** Durable when it resolves: the poll's records and marker in the log, or its letter in the dead letters. */
  async take(poll: Poll | UnreadablePoll): Promise<PollOutcome> {
    const started = performance.now();
    const { source } = this;
    const outcome = this.#deduplicator.accept(poll);
    // First the letters: after a crash between the two the poll comes again and they are the same letters.
    await this.#deadLetters.put(outcome.deadLetters);
    if (outcome.marker !== null) await this.#log.append({ records: outcome.records, marker: outcome.marker });
    for (const { reason } of outcome.deadLetters) this.#metrics.deadLetters.inc({ source, reason });
    this.#metrics.polls.inc({ source, outcome: outcome.marker === null ? "rejected" : "counted" });
    this.#metrics.changes.inc({ source }, outcome.changes);
    this.#metrics.keyframes.inc({ source }, outcome.keyframes);
    this.#metrics.absentRecords.inc({ source }, outcome.absences);
    this.#metrics.processing.observe({ stage: "append" }, (performance.now() - started) / 1000);
    return outcome;
  }

  /** Says that the source's recording is over, so that its last windows become final; once. */
  async end(at: number): Promise<void> {
    if (this.#deduplicator.ended) return;
    const marker: EndMarker = { kind: "end", source: this.source, at };
    await this.#log.append({ records: [], marker });
    this.#deduplicator.resume({ stations: [], records: [marker] });
  }
}

/** Whether a station that the log knows has neither an observation nor an absence in the tail. */
function lacksContent({ stations, records }: { stations: KeyedRecord[]; records: LogRecord[] }): boolean {
  const told = new Set<string>();
  for (const record of records) {
    if (record.kind === "change" || record.kind === "keyframe" || record.kind === "absent") told.add(record.station);
  }
  return stations.some(({ station }) => !told.has(station));
}
