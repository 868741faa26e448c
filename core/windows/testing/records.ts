import type { FeedHealth } from "../../feed-health/feed-health.ts";
import type {
  AbsentRecord,
  ChangeRecord,
  EndMarker,
  MarkerRecord,
  ObservationRecord,
  PollMarker,
} from "../../log/record.ts";

/** What the window engine takes in. */
export type AggregatedRecord = ObservationRecord | AbsentRecord | MarkerRecord;

export const minuteMs = 60_000;

/** Noon, a multiple of every window length that divides an hour. */
export const noon = Date.UTC(2024, 10, 8, 12);

export const soundHealth: FeedHealth = {
  polls: 1,
  frozenPolls: 0,
  longestFrozenRun: 0,
  clockBackwards: 0,
  overCapacity: 0,
  filledColumns: [],
  nullColumns: [],
  nullColumnPolls: 0,
  notInInformation: 0,
  notInStatus: 0,
};

/** A time given in minutes after noon. */
export function at(minutes: number): number {
  return noon + minutes * minuteMs;
}

/** An observation of a station with ten places, all bikes mechanical unless said otherwise. */
export function observed(station: string, minutes: number, said: Partial<ChangeRecord> = {}): ChangeRecord {
  const bikes = said.bikes ?? 5;
  return {
    kind: "change",
    source: "paris",
    station,
    at: at(minutes),
    bikes,
    docks: Math.max(0, 10 - bikes),
    mechanical: bikes,
    ebike: 0,
    installed: true,
    renting: true,
    returning: true,
    capacity: 10,
    zone: null,
    reportedAt: null,
    ...said,
  };
}

export function absent(station: string, minutes: number, zone: string | null = null, source = "paris"): AbsentRecord {
  return { kind: "absent", source, station, at: at(minutes), zone, last: null };
}

export function marker(minutes: number, holdMinutes = 10, source = "paris"): PollMarker {
  return {
    kind: "poll",
    source,
    at: at(minutes),
    holdMs: holdMinutes * minuteMs,
    observed: 1,
    changes: 0,
    movedAt: at(minutes),
    feedTime: null,
    health: soundHealth,
  };
}

export function end(minutes: number, source = "paris"): EndMarker {
  return { kind: "end", source, at: at(minutes) };
}

/**
 * A poll: what the log says of the stations that are named (bikes, more than that, or null for an absence), then the
 * marker. A station that is not named was observed unchanged.
 */
export function poll(
  minutes: number,
  stations: Record<string, number | Partial<ChangeRecord> | null> = {},
  holdMinutes = 10,
): AggregatedRecord[] {
  const records = Object.entries(stations).map(([station, said]) => {
    if (said === null) return absent(station, minutes);
    return observed(station, minutes, typeof said === "number" ? { bikes: said } : said);
  });
  return [...records, marker(minutes, holdMinutes)];
}
