import type { Poll, StationMetadata, StationReading } from "../../observation/reading.ts";
import { noMetadata } from "../../observation/reading.ts";

export const minuteMs = 60_000;
export const noon = Date.UTC(2024, 10, 8, 12);

/** What a row says; the counts by their short names. */
export type Said = Partial<Omit<StationReading, "metadata">> & { metadata?: Partial<StationMetadata> };

/** A row of a station with ten places, in the commune "North", complete unless said otherwise. */
export function row(station: string | null, said: Said = {}): StationReading {
  const bikes = said.bikes === undefined ? 4 : said.bikes;
  return {
    station,
    bikes,
    mechanical: bikes,
    ebike: 0,
    docks: 6,
    installed: true,
    renting: true,
    returning: true,
    reportedAt: noon - minuteMs,
    raw: { stationcode: station, bikes },
    ...said,
    metadata: { ...noMetadata, capacity: 10, commune: "North", ...said.metadata },
  };
}

/** A readable poll, by minutes after noon. */
export function pollAt(minutes: number, readings: StationReading[], more: Partial<Poll> = {}): Poll {
  return { at: noon + minutes * minuteMs, readings, feedTime: null, ...more };
}

/** A list of stations apart from their status. */
export function listing(stations: Record<string, Partial<StationMetadata>>): Map<string, StationMetadata> {
  return new Map(Object.entries(stations).map(([station, said]) => [station, { ...noMetadata, ...said }]));
}
