import { StationSeries } from "../../core/models/station-series.ts";
import type { HistoryStore } from "../../core/ports/history-store.ts";
import { assertNotStopped } from "../jobs/run-job.ts";

export interface Wanted {
  source: string;
  /** Codes; none: all stations that are in the history. */
  stations: readonly string[];
  /** How much of the newest history, ms. */
  lengthMs: number;
  /** Nothing later than this, ms. */
  until: number;
  /** How long an unchanged station may send nothing in it, ms. */
  keyframeMs: number;
  signal: AbortSignal;
}

export interface ReadHistory {
  /** Times of the polls, ascending, ms. */
  polls: number[];
  stations: StationSeries[];
  observations: number;
}

/** The newest history of a source: that long back from its newest poll, however long ago that was. */
export async function readHistory(history: HistoryStore, wanted: Wanted): Promise<ReadHistory> {
  const polls = await newestPolls(history, wanted);
  const first = polls[0];
  const last = polls.at(-1);
  if (first === undefined || last === undefined) return { polls, stations: [], observations: 0 };
  const stations = new Map<string, StationSeries>();
  let observations = 0;
  for await (const observation of observationsOf(history, wanted, first, last + 1)) {
    let series = stations.get(observation.station);
    if (series === undefined) {
      series = new StationSeries(observation.station, wanted.keyframeMs);
      stations.set(observation.station, series);
    }
    series.add(observation);
    if (observations % 1000 === 0) assertNotStopped(wanted.signal);
    observations++;
  }
  const sorted = [...stations.values()].sort((a, b) => (a.station < b.station ? -1 : 1));
  return { polls, stations: sorted, observations };
}

async function newestPolls(history: HistoryStore, { source, lengthMs, until }: Wanted): Promise<number[]> {
  const recent = await pollTimes(history, source, until - lengthMs, until);
  if (recent.length > 0) return newest(recent, lengthMs);
  // A recording, or a source that was stopped: its newest poll can be anywhere.
  return newest(await pollTimes(history, source, 0, until - lengthMs), lengthMs);
}

function newest(polls: readonly number[], lengthMs: number): number[] {
  const last = polls.at(-1) ?? 0;
  return polls.filter((at) => at > last - lengthMs);
}

async function pollTimes(history: HistoryStore, source: string, from: number, to: number): Promise<number[]> {
  const times: number[] = [];
  for await (const { at } of history.polls(source, from, to)) times.push(at);
  return times;
}

/** A few stations are asked for one by one; all of them are read at once, in the order of time. */
async function* observationsOf(history: HistoryStore, { source, stations }: Wanted, from: number, to: number) {
  if (stations.length === 0) yield* history.between(source, from, to);
  for (const station of stations) yield* history.station(source, station, from, to);
}
