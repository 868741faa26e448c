import { RecordTooLargeError } from "../../adapters/kafka/poll-messages.ts";
import { type DeadLetter, deadLetter } from "../../core/dead-letter/dead-letter.ts";
import type { Deduplicator, PollOutcome } from "../../core/deduplication/deduplicator.ts";
import type { EndMarker, KeyedRecord, LogRecord } from "../../core/log/record.ts";
import type { Poll, UnreadablePoll } from "../../core/observation/reading.ts";
import type { DeadLetters } from "../../core/ports/dead-letters.ts";
import type { ObservationLog, PollRecords } from "../../core/ports/observation-log.ts";
import type { ZoneRule } from "../../core/zones/zone-rule.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { withoutOversize } from "./oversize-records.ts";

/** How far back content is looked for, ms: the log is kept for two days unless configured. */
const longestTailMs = 48 * 3_600_000;

/** How far a poll's time may be ahead of this process's clock, ms: machines' clocks differ by seconds. */
const aheadMs = 300_000;

/** Puts the polls of one source into the log, and what can't be used into the dead letters. */
export class Producer {
  readonly source: string;
  readonly #deduplicator: Deduplicator;
  readonly #log: ObservationLog;
  readonly #deadLetters: DeadLetters;
  readonly #metrics: Metrics;
  readonly #now: () => number;

  /** @param now a clock, ms */
  constructor(
    source: string,
    deduplicator: Deduplicator,
    log: ObservationLog,
    deadLetters: DeadLetters,
    metrics: Metrics,
    now: () => number = Date.now,
  ) {
    this.source = source;
    this.#deduplicator = deduplicator;
    this.#log = log;
    this.#deadLetters = deadLetters;
    this.#metrics = metrics;
    this.#now = now;
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

  /** Has stations count into the zones of another rule from the next poll on. */
  useZones(zoneOf: ZoneRule): void {
    this.#deduplicator.useZones(zoneOf);
  }

  /** Durable when it resolves: the poll's records and marker in the log, or its letter in the dead letters. */
  async take(poll: Poll | UnreadablePoll): Promise<PollOutcome> {
    const started = performance.now();
    const { source } = this;
    const outcome = this.#tooEarly(poll) ?? this.#deduplicator.accept(poll);
    // First the letters: after a crash between the two the poll comes again and they are the same letters.
    await this.#deadLetters.put(outcome.deadLetters);
    if (outcome.marker !== null) {
      const letters = await this.#append({ records: outcome.records, marker: outcome.marker });
      outcome.deadLetters.push(...letters);
    }
    for (const { reason } of outcome.deadLetters) this.#metrics.deadLetters.inc({ source, reason });
    this.#metrics.polls.inc({ source, outcome: outcome.marker === null ? "rejected" : "counted" });
    this.#metrics.changes.inc({ source }, outcome.changes);
    this.#metrics.keyframes.inc({ source }, outcome.keyframes);
    this.#metrics.absentRecords.inc({ source }, outcome.absences);
    this.#metrics.processing.observe({ stage: "append" }, (performance.now() - started) / 1000);
    return outcome;
  }

  /** A poll from the future would make every window up to its time final. */
  #tooEarly(poll: Poll | UnreadablePoll): PollOutcome | null {
    const now = this.#now();
    if (poll.at <= now + aheadMs) return null;
    const detail = `expected a poll up to ${new Date(now).toISOString()}, got ${new Date(poll.at).toISOString()}`;
    const raw = "readings" in poll ? poll.readings[0]?.raw : poll.excerpt;
    const deadLetters = [deadLetter(this.source, poll.at, "future-timestamp", detail, raw)];
    return { records: [], marker: null, deadLetters, changes: 0, keyframes: 0, absences: 0 };
  }

  /** Appends what the log takes of a poll; the letters of the rest. */
  async #append(poll: PollRecords): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (let left = poll; ; ) {
      try {
        await this.#log.append(left);
        return letters;
      } catch (error) {
        if (!(error instanceof RecordTooLargeError)) throw error;
        const reduced = withoutOversize(left, error.records, error.limit);
        await this.#deadLetters.put(reduced.letters);
        letters.push(...reduced.letters);
        left = reduced.poll;
      }
    }
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
