import type { DeadLetter } from "../dead-letter/dead-letter.ts";
import { deadLetter } from "../dead-letter/dead-letter.ts";
import { HealthTracker } from "../feed-health/health-tracker.ts";
import type { KeyedRecord, LogRecord, PollMarker } from "../log/record.ts";
import type { Content, Observation } from "../observation/observation.ts";
import { sameContent } from "../observation/observation.ts";
import type { Poll, StationMetadata, UnreadablePoll } from "../observation/reading.ts";
import { mergeInformation, mergeMetadata } from "../observation/station-metadata.ts";
import type { ValidReading } from "../observation/validation.ts";
import { isCount, split } from "../observation/validation.ts";
import type { ZoneRule } from "../zones/zone-rule.ts";
import type { KnownStation } from "./known-station.ts";
import { newStation, remember, stationRecord } from "./known-station.ts";
import { sortOut } from "./sort-out.ts";

export interface DeduplicationSettings {
  source: string;
  /** How long an observation holds without another, ms. */
  holdMs: number;
  /** Each station is sent at least this often, changed or not, ms. */
  keyframeMs: number;
  zoneOf: ZoneRule;
}

/** What becomes of a poll: records for the log, or only dead letters when it does not count (`marker` is null). */
export interface PollOutcome {
  records: KeyedRecord[];
  marker: PollMarker | null;
  deadLetters: DeadLetter[];
  changes: number;
  keyframes: number;
  absences: number;
}

/**
 * Turns the polls of one source into the records that differ from what the log already says. Its identity of an
 * observation is the content: dropping repeats of (station, duedate) lost 328,607 real changes of 1.14 M rows.
 * It is transport only: the windows computed from its records equal those computed from every observation.
 */
export class Deduplicator {
  readonly #settings: DeduplicationSettings;
  readonly #stations = new Map<string, KnownStation>();
  #zoneOf: ZoneRule;
  #health = new HealthTracker();
  #lastPollAt = Number.NEGATIVE_INFINITY;
  #movedAt = Number.NEGATIVE_INFINITY;
  #ended = false;
  #information: Poll["information"];

  constructor(settings: DeduplicationSettings) {
    this.#settings = settings;
    this.#zoneOf = settings.zoneOf;
  }

  /** Takes up where the log ends (see `ObservationLog.tail`; `sinceMs` = the keyframe interval). */
  resume(tail: { stations: KeyedRecord[]; records: LogRecord[] }): void {
    for (const record of tail.stations) remember(this.#station(record.station), record);
    let last: PollMarker | null = null;
    for (const record of tail.records) {
      this.#ended = record.kind === "end";
      if (record.kind === "end") this.#lastPollAt = Math.max(this.#lastPollAt, record.at);
      else if (record.kind === "poll") last = record;
      else remember(this.#station(record.station), record);
    }
    for (const known of this.#stations.values()) this.#applyZoneRule(known);
    if (last === null) return;
    this.#lastPollAt = Math.max(this.#lastPollAt, last.at);
    this.#movedAt = last.movedAt;
    this.#health = new HealthTracker(last);
  }

  /**
   * Has stations count into the zones of another rule from the next poll on: that poll's records say so of each station
   * that moves, observed or absent, so that whoever reads the log changes over at the same event time.
   */
  useZones(zoneOf: ZoneRule): void {
    this.#zoneOf = zoneOf;
    for (const known of this.#stations.values()) this.#applyZoneRule(known);
  }

  /** The zone rule may differ from the one that the log was written with. */
  #applyZoneRule(known: KnownStation): void {
    const zone = this.#zoneOf(known.station, known.metadata);
    if (zone !== known.zone) known.recorded = false;
    known.zone = zone;
  }

  /** Whether the log ends with this source's end marker. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Up to when the log knows the source, ms: its last poll that counted or its end; null before the first. */
  get lastPollAt(): number | null {
    return Number.isFinite(this.#lastPollAt) ? this.#lastPollAt : null;
  }

  accept(poll: Poll | UnreadablePoll): PollOutcome {
    const { source } = this.#settings;
    if (!("readings" in poll)) {
      return rejected([deadLetter(source, poll.at, poll.reason, poll.detail, poll.excerpt)]);
    }
    if (poll.at <= this.#lastPollAt) {
      const detail = `expected a poll after ${new Date(this.#lastPollAt).toISOString()}, got ${new Date(poll.at).toISOString()}`;
      return rejected([deadLetter(source, poll.at, "out-of-order-poll", detail, poll.readings[0]?.raw)]);
    }
    const { valid, deadLetters } = sortOut(source, poll);
    if (valid.length === 0) return rejected(deadLetters);
    return this.#count(poll, valid, deadLetters);
  }

  #count(poll: Poll, valid: readonly ValidReading[], deadLetters: DeadLetter[]): PollOutcome {
    const { source, holdMs } = this.#settings;
    const at = poll.at;
    const outcome: PollOutcome = { records: [], marker: null, deadLetters, changes: 0, keyframes: 0, absences: 0 };
    this.#learnInformation(poll);
    let overCapacity = 0;
    let notInInformation = 0;
    for (const reading of valid) {
      const known = this.#station(reading.station);
      this.#learn(known, mergeMetadata(known.metadata, reading.metadata));
      this.#record(known, at, outcome);
      this.#observe(known, reading, at, outcome);
      if (known.metadata.capacity !== null && reading.bikes > known.metadata.capacity) overCapacity++;
      if (poll.information !== undefined && !known.listed) notInInformation++;
    }
    const notInStatus = this.#reportAbsent(at, outcome);
    this.#lastPollAt = at;
    this.#ended = false;
    if (outcome.changes > 0) this.#movedAt = at;
    const { readings, feedTime } = poll;
    const facts = { readings, feedTime, changes: outcome.changes, overCapacity, notInInformation, notInStatus };
    outcome.marker = {
      kind: "poll",
      source,
      at,
      holdMs,
      observed: valid.length,
      changes: outcome.changes,
      movedAt: this.#movedAt,
      feedTime,
      health: this.#health.poll(facts),
    };
    return outcome;
  }

  #observe(known: KnownStation, reading: ValidReading, at: number, outcome: PollOutcome): void {
    const content = contentOf(reading, known.content);
    const { capacity } = known.metadata;
    const changed = known.content === null || !sameContent(known.content, content);
    const due =
      at - known.sentAt >= this.#settings.keyframeMs ||
      known.absent ||
      known.sentCapacity !== capacity ||
      known.sentZone !== known.zone;
    known.content = content;
    known.observedAt = at;
    if (!changed && !due) return;
    const observation: Observation = {
      source: this.#settings.source,
      station: known.station,
      at,
      ...content,
      capacity,
      zone: known.zone,
      reportedAt: isCount(reading.reportedAt) ? reading.reportedAt : null,
    };
    outcome.records.push({ kind: changed ? "change" : "keyframe", ...observation });
    if (changed) outcome.changes++;
    else outcome.keyframes++;
    known.sentAt = at;
    known.sentCapacity = capacity;
    known.sentZone = known.zone;
    known.absent = false;
  }

  /** Returns how many stations of the network's information are missing. */
  #reportAbsent(at: number, outcome: PollOutcome): number {
    let listed = 0;
    for (const known of this.#stations.values()) {
      if (known.observedAt === at) continue;
      if (known.listed) listed++;
      this.#record(known, at, outcome);
      if (known.absent && at - known.sentAt < this.#settings.keyframeMs && known.sentZone === known.zone) continue;
      const { source } = this.#settings;
      outcome.records.push({
        kind: "absent",
        source,
        station: known.station,
        at,
        zone: known.zone,
        last: known.content,
      });
      outcome.absences++;
      known.sentAt = at;
      known.sentZone = known.zone;
      known.absent = true;
    }
    return listed;
  }

  #learnInformation(poll: Poll): void {
    if (poll.information === undefined || poll.information === this.#information) return;
    this.#information = poll.information;
    for (const known of this.#stations.values()) {
      if (known.listed && !poll.information.has(known.station)) {
        known.listed = false;
        known.recorded = false;
      }
    }
    for (const [station, metadata] of poll.information) {
      const known = this.#station(station);
      if (!known.listed) known.recorded = false;
      known.listed = true;
      // Rows have said nothing of a station that was never observed, whatever they say of others.
      const filledColumns = known.content === null ? [] : this.#health.filledColumns;
      this.#learn(known, mergeInformation(known.metadata, metadata, filledColumns));
    }
  }

  #learn(known: KnownStation, metadata: StationMetadata): void {
    if (metadata === known.metadata) return;
    known.metadata = metadata;
    known.zone = this.#zoneOf(known.station, metadata);
    known.recorded = false;
  }

  #record(known: KnownStation, at: number, outcome: PollOutcome): void {
    if (known.recorded) return;
    outcome.records.push(stationRecord(this.#settings.source, at, known));
    known.recorded = true;
  }

  #station(station: string): KnownStation {
    const found = this.#stations.get(station);
    if (found !== undefined) return found;
    const made = newStation(station);
    made.zone = this.#zoneOf(station, made.metadata);
    this.#stations.set(station, made);
    return made;
  }
}

/** A flag that the row leaves out stays as it was; a network that never says it means yes. */
function contentOf(reading: ValidReading, last: Content | null): Content {
  return {
    bikes: reading.bikes,
    ...split(reading),
    docks: reading.docks,
    installed: reading.installed ?? last?.installed ?? true,
    renting: reading.renting ?? last?.renting ?? true,
    returning: reading.returning ?? last?.returning ?? true,
  };
}

function rejected(deadLetters: DeadLetter[]): PollOutcome {
  return { records: [], marker: null, deadLetters, changes: 0, keyframes: 0, absences: 0 };
}
