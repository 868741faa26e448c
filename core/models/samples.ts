import type { TimeZone } from "../time/time-zone.ts";
import type { StationMoment, StationSeries } from "./station-series.ts";

/** What a forecast tells the probability of: no free dock, or no bike. */
export const forecastTargets = ["Full", "Empty"] as const;
export type ForecastTarget = (typeof forecastTargets)[number];

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** How far back the change of a count is looked at. */
const pastMs = 30 * minuteMs;
/** The observation there must not be older than this. */
const oldestPastMs = 90 * minuteMs;

/** A station at one moment, as a model sees it: nothing in it is later than that moment. */
export interface Situation {
  station: string;
  /** What is used up when the target is reached: free docks for `Full`, bikes for `Empty`. */
  count: number;
  places: number;
  /** The same count half an hour before. */
  pastCount: number;
  /** Local time of day, 0 to 24. */
  hour: number;
  weekend: boolean;
}

/** A situation and what became of it. */
export interface Sample extends Situation {
  /** Time of the poll, ms. */
  at: number;
  /** Time of the poll that decided, ms. */
  labelAt: number;
  /** Whether the target was reached there. */
  reached: boolean;
}

export interface SampleSettings {
  target: ForecastTarget;
  horizonMs: number;
  /** The deciding observation is the first at or after moment + horizon, and no later than this after it, ms. */
  toleranceMs: number;
  zone: TimeZone;
}

/** The count that the target uses up. */
export function countOf(target: ForecastTarget, moment: { bikes: number; docks: number }): number {
  return target === "Full" ? moment.docks : moment.bikes;
}

/** Local hour (with its fraction) and whether it is Saturday or Sunday. */
export function localHour(zone: TimeZone, at: number): { hour: number; weekend: boolean } {
  const local = at + zone.offsetMs(at);
  const day = Math.floor(local / dayMs);
  // Day 0, 1970-01-01, was a Thursday.
  const weekday = (((day + 4) % 7) + 7) % 7;
  return { hour: (local - day * dayMs) / 3_600_000, weekend: weekday === 0 || weekday === 6 };
}

/**
 * The samples of one station at the given polls: the station rents at the moment and at the deciding observation, and
 * was observed between 90 and 30 minutes before the moment.
 * @param moments times of the polls to take, ascending, ms
 * @param polls times of all polls, ascending, ms
 */
export function samplesOf(
  series: StationSeries,
  moments: readonly number[],
  polls: readonly number[],
  settings: SampleSettings,
): Sample[] {
  const { target, horizonMs, toleranceMs, zone } = settings;
  const samples: Sample[] = [];
  const past = new PollFinder(series, polls);
  const future = new PollFinder(series, polls);
  for (const at of moments) {
    const now = series.state(at);
    if (now === null || !now.renting) continue;
    const before = past.lastBetween(at - oldestPastMs, at - pastMs);
    if (before === null) continue;
    const after = future.firstBetween(at + horizonMs, at + horizonMs + toleranceMs);
    if (after === null || !after.moment.renting) continue;
    samples.push({
      station: series.station,
      count: countOf(target, now),
      places: now.places,
      pastCount: countOf(target, before),
      ...localHour(zone, at),
      at,
      labelAt: after.at,
      reached: countOf(target, after.moment) === 0,
    });
  }
  return samples;
}

/** Polls at which the station was observed, asked for at ascending times. */
class PollFinder {
  readonly #series: StationSeries;
  readonly #polls: readonly number[];
  #next = 0;

  constructor(series: StationSeries, polls: readonly number[]) {
    this.#series = series;
    this.#polls = polls;
  }

  /** The state at the first poll in [from, to] that observed it. */
  firstBetween(from: number, to: number): { at: number; moment: StationMoment } | null {
    this.#goTo(from);
    for (let i = this.#next; i < this.#polls.length && this.#polls[i]! <= to; i++) {
      const at = this.#polls[i]!;
      const moment = this.#series.state(at);
      if (moment !== null) return { at, moment };
    }
    return null;
  }

  /** The state at the last poll in [from, to] that observed it. */
  lastBetween(from: number, to: number): StationMoment | null {
    this.#goTo(to);
    const end = this.#polls[this.#next] === to ? this.#next : this.#next - 1;
    for (let i = end; i >= 0 && this.#polls[i]! >= from; i--) {
      const moment = this.#series.state(this.#polls[i]!);
      if (moment !== null) return moment;
    }
    return null;
  }

  /** To the first poll at or after a time. */
  #goTo(time: number): void {
    while (this.#next < this.#polls.length && this.#polls[this.#next]! < time) this.#next++;
  }
}
