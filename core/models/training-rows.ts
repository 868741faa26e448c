import type { TimeZone } from "../time/time-zone.ts";
import { dateAt, localDay } from "../time/time-zone.ts";
import type { ForecastTarget, Sample } from "./samples.ts";
import { samplesOf } from "./samples.ts";
import type { StationSeries } from "./station-series.ts";

/** Samples by what they are for. No outcome of the first two lies after the split. */
export interface TrainingRows {
  /** For the hour rates. */
  early: Sample[];
  /** For the coefficients: later than the rates' rows, so that they see how well rates hold for days to come. */
  fitted: Sample[];
  /** For judging. */
  judged: Sample[];
  /** One poll in so many was sampled. */
  pollsPerSample: number;
}

export interface RowSettings {
  target: ForecastTarget;
  horizonMs: number;
  /** Null: the median time between polls. */
  toleranceMs: number | null;
  zone: TimeZone;
  /** ms. */
  split: number;
  /** Judged from then on, not before the split, ms. */
  judgedFrom: number;
}

/** Some 250 bytes a row in all. */
const mostRows = 1_500_000;

/** The share of the learning rows, the earlier ones, that the hour rates are learned from. */
const ratesShare = 0.6;

/** @param polls times of the source's polls, ascending, ms */
export function trainingRows(
  stations: readonly StationSeries[],
  polls: readonly number[],
  { target, horizonMs, toleranceMs, zone, split, judgedFrom }: RowSettings,
): TrainingRows {
  const pollsPerSample = Math.max(1, Math.ceil((stations.length * polls.length) / mostRows));
  const moments = polls.filter((_, i) => i % pollsPerSample === 0);
  const settings = { target, horizonMs, toleranceMs: toleranceMs ?? medianInterval(polls), zone };
  const samples = stations.flatMap((series) => samplesOf(series, moments, polls, settings));
  const learned = samples.filter(({ labelAt }) => labelAt < split);
  const times = Float64Array.from(learned, ({ at }) => at).sort();
  const border = times[Math.floor(ratesShare * times.length)] ?? split;
  return {
    early: learned.filter(({ labelAt }) => labelAt < border),
    fitted: learned.filter(({ at }) => at >= border),
    judged: samples.filter(({ at }) => at >= judgedFrom),
    pollsPerSample,
  };
}

/** The start of the local day from which on a quarter of the days with polls lies; null with fewer than two days. */
export function defaultSplit(polls: readonly number[], zone: TimeZone): number | null {
  const days = [...new Set(polls.map((at) => dateAt(zone, at)))];
  if (days.length < 2) return null;
  const first = days[days.length - Math.ceil(days.length / 4)]!;
  return localDay(zone, first)?.start ?? null;
}

export interface RowCount {
  rows: number;
  positives: number;
}

export function rowCount(samples: readonly Sample[]): RowCount {
  return { rows: samples.length, positives: samples.filter(({ reached }) => reached).length };
}

function medianInterval(polls: readonly number[]): number {
  const intervals = Float64Array.from(polls.slice(1), (at, i) => at - polls[i]!).sort();
  return intervals[Math.floor(intervals.length / 2)] ?? 0;
}
