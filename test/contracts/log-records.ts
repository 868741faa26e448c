import type { FeedHealth } from "../../core/feed-health/feed-health.ts";
import type {
  AbsentRecord,
  ChangeRecord,
  EndMarker,
  KeyframeRecord,
  PollMarker,
  StationRecord,
} from "../../core/log/record.ts";

export const minute = 60_000;
/** The time of the first poll of every test, ms. */
export const start = Date.UTC(2024, 10, 8, 12);

const health: FeedHealth = {
  polls: 3,
  frozenPolls: 0,
  longestFrozenRun: 1,
  clockBackwards: 0,
  overCapacity: 2,
  filledColumns: ["station", "bikes", "docks"],
  nullColumns: [],
  nullColumnPolls: 0,
  notInInformation: 0,
  notInStatus: 1,
};

export function change(
  source: string,
  station: string,
  at: number,
  overrides: Partial<ChangeRecord> = {},
): ChangeRecord {
  return {
    kind: "change",
    source,
    station,
    at,
    bikes: 5,
    mechanical: 3,
    ebike: 2,
    docks: 7,
    installed: true,
    renting: true,
    returning: false,
    capacity: 12,
    zone: "4",
    reportedAt: at - 20_000,
    ...overrides,
  };
}

export function keyframe(
  source: string,
  station: string,
  at: number,
  overrides: Partial<ChangeRecord> = {},
): KeyframeRecord {
  return { ...change(source, station, at, overrides), kind: "keyframe" };
}

export function absent(
  source: string,
  station: string,
  at: number,
  overrides: Partial<AbsentRecord> = {},
): AbsentRecord {
  return { kind: "absent", source, station, at, zone: null, last: null, ...overrides };
}

export function station(
  source: string,
  code: string,
  at: number,
  overrides: Partial<StationRecord> = {},
): StationRecord {
  return {
    kind: "station",
    source,
    station: code,
    at,
    name: `Place ${code}`,
    lat: 48.8512345678,
    lon: 2.3512345678,
    capacity: 12,
    commune: "Paris",
    zone: "4",
    listed: true,
    ...overrides,
  };
}

export function pollMarker(source: string, at: number, overrides: Partial<PollMarker> = {}): PollMarker {
  return {
    kind: "poll",
    source,
    at,
    holdMs: 10 * minute,
    observed: 2,
    changes: 1,
    movedAt: at,
    feedTime: at - 5_000,
    health,
    ...overrides,
  };
}

export function endMarker(source: string, at: number): EndMarker {
  return { kind: "end", source, at };
}
