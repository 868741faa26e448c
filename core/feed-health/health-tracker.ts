import type { StationReading } from "../observation/reading.ts";
import type { FeedHealth } from "./feed-health.ts";

const columns = [
  ["station", (r: StationReading) => r.station],
  ["bikes", (r: StationReading) => r.bikes],
  ["mechanical", (r: StationReading) => r.mechanical],
  ["ebike", (r: StationReading) => r.ebike],
  ["docks", (r: StationReading) => r.docks],
  ["installed", (r: StationReading) => r.installed],
  ["renting", (r: StationReading) => r.renting],
  ["returning", (r: StationReading) => r.returning],
  ["capacity", (r: StationReading) => r.metadata.capacity],
  ["name", (r: StationReading) => r.metadata.name],
  ["position", (r: StationReading) => r.metadata.lat],
  ["commune", (r: StationReading) => r.metadata.commune],
  ["reported_at", (r: StationReading) => r.reportedAt],
] as const;

/** A feed before its first poll. */
export const noHealth: FeedHealth = {
  polls: 0,
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

/** What one counted poll showed. */
export interface PollFacts {
  readings: readonly StationReading[];
  feedTime: number | null;
  changes: number;
  overCapacity: number;
  notInInformation: number;
  notInStatus: number;
}

/** Follows a feed's health from poll to poll; a column that the feed never filled is its format, not a fault. */
export class HealthTracker {
  #health: FeedHealth;
  #feedTime: number | null;

  constructor(last: { health: FeedHealth; feedTime: number | null } | null = null) {
    this.#health = last?.health ?? noHealth;
    this.#feedTime = last?.feedTime ?? null;
  }

  get filledColumns(): readonly string[] {
    return this.#health.filledColumns;
  }

  poll(facts: PollFacts): FeedHealth {
    const last = this.#health;
    const frozenPolls = facts.changes > 0 ? 0 : last.frozenPolls + 1;
    const { filledColumns, nullColumns } = fillOfColumns(facts.readings, last.filledColumns);
    const backwards = facts.feedTime !== null && this.#feedTime !== null && facts.feedTime < this.#feedTime;
    this.#feedTime = facts.feedTime;
    this.#health = {
      polls: last.polls + 1,
      frozenPolls,
      longestFrozenRun: Math.max(last.longestFrozenRun, frozenPolls),
      clockBackwards: last.clockBackwards + (backwards ? 1 : 0),
      overCapacity: facts.overCapacity,
      filledColumns,
      nullColumns,
      nullColumnPolls: last.nullColumnPolls + (nullColumns.length > 0 ? 1 : 0),
      notInInformation: facts.notInInformation,
      notInStatus: facts.notInStatus,
    };
    return this.#health;
  }
}

function fillOfColumns(
  readings: readonly StationReading[],
  filledBefore: readonly string[],
): { filledColumns: string[]; nullColumns: string[] } {
  const filledColumns: string[] = [];
  const nullColumns: string[] = [];
  for (const [name, value] of columns) {
    const filled = readings.some((reading) => value(reading) !== null);
    if (filled || filledBefore.includes(name)) filledColumns.push(name);
    if (!filled && filledBefore.includes(name)) nullColumns.push(name);
  }
  return { filledColumns, nullColumns };
}
