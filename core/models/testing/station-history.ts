import type { Observation } from "../../observation/observation.ts";
import { StationSeries } from "../station-series.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** A Monday, midnight UTC. */
export const monday = Date.parse("2024-11-04T00:00:00Z");
export const keyframeMs = 10 * minute;

export function observation(change: Partial<Observation> & { at: number }): Observation {
  const { bikes = 4, docks = 6 } = change;
  return {
    source: "paris",
    station: "1001",
    bikes,
    mechanical: null,
    ebike: null,
    docks,
    installed: true,
    renting: true,
    returning: true,
    capacity: 10,
    zone: null,
    reportedAt: null,
    ...change,
  };
}

export function seriesOf(observations: readonly (Partial<Observation> & { at: number })[]): StationSeries {
  const series = new StationSeries(observations[0]?.station ?? "1001", keyframeMs);
  for (const one of observations) series.add(observation(one));
  return series;
}

/** Polls every `every` ms in [from, to). */
export function pollsBetween(from: number, to: number, every = 10 * minute): number[] {
  return Array.from({ length: Math.ceil((to - from) / every) }, (_, i) => from + i * every);
}

/**
 * A station of ten places that fills up each working evening, from 17:00 to full at 18:30, and is full until 21:00;
 * with a little noise that only its `seed` decides.
 */
export function commuterStation(station: string, polls: readonly number[], seed: number): StationSeries {
  const series = new StationSeries(station, keyframeMs);
  for (const at of polls) series.add(observation({ at, station, ...commuterCounts(at, seed) }));
  return series;
}

export function commuterCounts(at: number, seed: number): { bikes: number; docks: number } {
  const hourOfDay = (at % day) / hour;
  const weekday = (Math.floor(at / day) + 4) % 7;
  const noise = Math.floor(3 * hashed(seed + at / minute));
  if (weekday === 0 || weekday === 6 || hourOfDay < 17 || hourOfDay >= 21)
    return { bikes: 4 + noise, docks: 6 - noise };
  const bikes = Math.min(10, 4 + noise + Math.floor((hourOfDay - 17) * 4));
  return { bikes, docks: 10 - bikes };
}

/** A number in [0, 1) from a number: mulberry32. */
function hashed(value: number): number {
  let t = (value + 0x6d2b79f5) | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
