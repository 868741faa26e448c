import type { Poll, StationReading, UnreadablePoll } from "../../../core/observation/reading.ts";
import { noMetadata } from "../../../core/observation/reading.ts";

export const second = 1000;
export const minute = 60_000;
export const hour = 60 * minute;
/** Noon of the day everything happens on; the start of a window. */
export const noon = Date.UTC(2024, 10, 8, 12);

/** A station's row: capacity 10 and the commune Paris unless told. */
export function reading(
  station: string,
  bikes: number | null,
  docks: number | null,
  overrides: Partial<StationReading> = {},
): StationReading {
  return {
    station,
    bikes,
    mechanical: null,
    ebike: null,
    docks,
    installed: true,
    renting: true,
    returning: true,
    reportedAt: null,
    metadata: { ...noMetadata, name: `Place ${station}`, capacity: 10, commune: "Paris" },
    raw: { stationcode: station, bikes, docks },
    ...overrides,
  };
}

export function pollOf(at: number, readings: StationReading[]): Poll {
  return { at, readings, feedTime: at };
}

export function unreadable(at: number): UnreadablePoll {
  return {
    at,
    reason: "truncated-body",
    detail: "expected a JSON array, got 17 bytes of one",
    excerpt: '[{"stationcode":"',
  };
}
