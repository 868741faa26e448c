import type { ResultCommit, ResultStore, WindowQuery } from "../../core/ports/result-store.ts";
import type { SourceState } from "../../core/state/source-state.ts";
import type { StationState } from "../../core/state/station-state.ts";
import type { StationWindow } from "../../core/windows/station-window.ts";
import { column, StationWindowBatch } from "../../core/windows/station-window.ts";
import type { ZonePart, ZoneWindow } from "../../core/windows/zone-window.ts";
import { allOf } from "./all-of.ts";
import { minute, pollMarker, start } from "./log-records.ts";

/** The window length that a result store under test is opened with, ms. */
export const windowMs = 3 * minute;

/** The time of the n-th window. */
export function windowStart(n: number): number {
  return start + n * windowMs;
}

export function stationWindow(
  source: string,
  station: string,
  n: number,
  overrides: Partial<StationWindow> = {},
): StationWindow {
  return {
    source,
    station,
    start: windowStart(n),
    end: windowStart(n + 1),
    mechanicalMean: 2.25,
    ebikeMean: 1.125,
    bikesMean: 3.375,
    docksMean: 7.5,
    occupancyMean: 0.3,
    bikesMin: 1,
    bikesMax: 5,
    bikesLast: 4,
    docksMin: 6,
    docksMax: 9,
    docksLast: 8,
    coverage: 1,
    changes: 2,
    ...overrides,
  };
}

export function batchOf(windows: readonly StationWindow[]): StationWindowBatch {
  const batch = new StationWindowBatch(windowMs);
  for (const window of windows) {
    const i = batch.add(window.source, window.station);
    const v = batch.values;
    v[i + column.start] = window.start;
    v[i + column.mechanicalMean] = window.mechanicalMean ?? Number.NaN;
    v[i + column.ebikeMean] = window.ebikeMean ?? Number.NaN;
    v[i + column.bikesMean] = window.bikesMean;
    v[i + column.docksMean] = window.docksMean;
    v[i + column.occupancyMean] = window.occupancyMean ?? Number.NaN;
    v[i + column.bikesMin] = window.bikesMin;
    v[i + column.bikesMax] = window.bikesMax;
    v[i + column.bikesLast] = window.bikesLast ?? Number.NaN;
    v[i + column.docksMin] = window.docksMin;
    v[i + column.docksMax] = window.docksMax;
    v[i + column.docksLast] = window.docksLast ?? Number.NaN;
    v[i + column.coverage] = window.coverage;
    v[i + column.changes] = window.changes;
  }
  return batch;
}

/** One partition's part: two stations known all the time, with 4 bikes and 6 docks each. */
export function zonePart(
  source: string,
  zone: string,
  n: number,
  partition: number,
  overrides: Partial<ZonePart> = {},
): ZonePart {
  const knownMs = 2 * windowMs;
  return {
    source,
    zone,
    start: windowStart(n),
    end: windowStart(n + 1),
    partition,
    knownMs,
    bikesMs: 4 * knownMs,
    docksMs: 6 * knownMs,
    mechanicalMs: 3 * knownMs,
    ebikeMs: knownMs,
    splitMs: knownMs,
    placesMs: 10 * knownMs,
    stations: 2,
    zoneStations: 2,
    changes: 5,
    ...overrides,
  };
}

export function stationState(source: string, station: string, overrides: Partial<StationState> = {}): StationState {
  return {
    source,
    station,
    name: `Place ${station}`,
    lat: 48.85,
    lon: 2.35,
    capacity: 12,
    commune: "Paris",
    zone: "4",
    content: { bikes: 3, mechanical: 2, ebike: 1, docks: 7, installed: true, renting: true, returning: false },
    changedAt: start - 2 * minute,
    absentSince: null,
    reportedAt: start - 4 * minute,
    ...overrides,
  };
}

export function sourceState(source: string, overrides: Partial<SourceState> = {}): SourceState {
  const { movedAt, observed, holdMs, feedTime, health } = pollMarker(source, start);
  return {
    source,
    lastPollAt: start,
    movedAt,
    observed,
    holdMs,
    feedTime,
    health,
    finalUntil: start,
    ended: false,
    ...overrides,
  };
}

/** A commit of partition 0 by generation 1 with nothing in it but what is given. */
export function commitOf(part: Omit<Partial<ResultCommit>, "stationWindows"> & { windows?: StationWindow[] }) {
  const { windows, ...rest } = part;
  return {
    partition: 0,
    generation: 1,
    offset: 10n,
    state: Uint8Array.of(1, 2, 3),
    stationWindows: batchOf(windows ?? []),
    zoneParts: [],
    stations: [],
    sources: [],
    ...rest,
  } satisfies ResultCommit;
}

/** All that a store tells, to compare two states of it. */
export async function contentOf(results: ResultStore, partitions: readonly number[] = [0]) {
  return {
    stationWindows: await stationWindowsOf(results),
    zoneWindows: await zoneWindowsOf(results),
    stations: await results.stations({}),
    sources: (await results.sources()).toSorted((a, b) => (a.source < b.source ? -1 : 1)),
    checkpoints: await Promise.all(partitions.map((partition) => results.checkpoint(partition))),
  };
}

export function stationWindowsOf(results: ResultStore, query: WindowQuery = {}): Promise<StationWindow[]> {
  return allOf(results.stationWindows(query));
}

export function zoneWindowsOf(results: ResultStore, query: WindowQuery = {}): Promise<ZoneWindow[]> {
  return allOf(results.zoneWindows(query));
}
