import type { KeyedRecord, LogRecord, StationRecord } from "../../log/record.ts";
import type { Poll, UnreadablePoll } from "../../observation/reading.ts";
import { byCommune } from "../../zones/zone-rule.ts";
import type { DeduplicationSettings, PollOutcome } from "../deduplicator.ts";
import { Deduplicator } from "../deduplicator.ts";

export const settings: DeduplicationSettings = {
  source: "paris",
  holdMs: 600_000,
  keyframeMs: 600_000,
  zoneOf: byCommune,
};

/** What `ObservationLog.tail` gives of a source's records, after a trip through JSON as a log's are. */
export function tailOf(log: readonly LogRecord[], sinceMs: number): { stations: KeyedRecord[]; records: LogRecord[] } {
  const lastPollAt = Math.max(...log.map((record) => (record.kind === "poll" ? record.at : Number.NEGATIVE_INFINITY)));
  const newest = new Map<string, StationRecord>();
  for (const record of log) if (record.kind === "station") newest.set(record.station, record);
  const tail = { stations: [...newest.values()], records: log.filter(({ at }) => at > lastPollAt - sinceMs) };
  return JSON.parse(JSON.stringify(tail));
}

/** What polling a source makes: outcomes, and the records as they would stand in the log. */
export interface Polled {
  outcomes: PollOutcome[];
  log: LogRecord[];
}

/** Feeds polls to a producer that restarts from the log before each poll that `restartsBefore` names. */
export function produce(
  polls: readonly (Poll | UnreadablePoll)[],
  own: DeduplicationSettings,
  restartsBefore: (poll: number) => boolean = () => false,
): Polled {
  const produced: Polled = { outcomes: [], log: [] };
  let deduplicator = new Deduplicator(own);
  for (const [i, poll] of polls.entries()) {
    if (restartsBefore(i)) {
      deduplicator = new Deduplicator(own);
      deduplicator.resume(tailOf(produced.log, own.keyframeMs));
    }
    const outcome = deduplicator.accept(poll);
    produced.outcomes.push(outcome);
    produced.log.push(...outcome.records);
    if (outcome.marker !== null) produced.log.push(outcome.marker);
  }
  return produced;
}
