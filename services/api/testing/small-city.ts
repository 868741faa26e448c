import { DatabaseSync } from "node:sqlite";
import { schema } from "../../../adapters/sqlite/schema.ts";
import { SqliteDeadLetters } from "../../../adapters/sqlite/sqlite-dead-letters.ts";
import { SqliteResults } from "../../../adapters/sqlite/sqlite-results.ts";
import type { Content } from "../../../core/observation/observation.ts";
import type { ResultCommit } from "../../../core/ports/result-store.ts";
import type { SourceState } from "../../../core/state/source-state.ts";
import type { StationState } from "../../../core/state/station-state.ts";
import { column, StationWindowBatch } from "../../../core/windows/station-window.ts";
import type { ZonePart } from "../../../core/windows/zone-window.ts";
import { createMetrics } from "../../metrics/metrics.ts";
import { createApi } from "../api.ts";
import type { ApiDeps } from "../deps.ts";
import type { SourceDescription } from "../source-description.ts";

export const minute = 60_000;
export const windowMs = 3 * minute;
/** Noon of the day everything here happens on; a window boundary. */
export const noon = Date.UTC(2024, 10, 8, 12);

/** An API over an embedded store in memory with a clock that only moves by hand. */
export function openCity(overrides: Partial<ApiDeps> = {}) {
  const database = new DatabaseSync(":memory:");
  database.exec(schema);
  const results = new SqliteResults(database, windowMs);
  const deadLetters = new SqliteDeadLetters(database);
  const clock = { now: noon };
  const metrics = createMetrics({ version: "1.2.3" });
  const app = createApi({
    results,
    deadLetters,
    sources: [describeSource("paris")],
    now: () => clock.now,
    metrics,
    ready: () => ({ ready: true }),
    version: "1.2.3",
    ...overrides,
  });
  const routes: string[] = [];
  // Routes are added while the application gets ready, after this.
  app.addHook("onRoute", ({ method, url }) => {
    if (method === "GET") routes.push(url);
  });
  let offset = 0n;

  async function commit(part: Partial<ResultCommit>): Promise<void> {
    offset++;
    await results.commit({
      partition: 0,
      generation: 1,
      offset,
      state: new Uint8Array(),
      stationWindows: new StationWindowBatch(windowMs),
      zoneParts: [],
      stations: [],
      sources: [],
      ...part,
    });
  }

  async function close(): Promise<void> {
    await app.close();
    database.close();
  }

  return { app, routes, results, deadLetters, clock, metrics, commit, close };
}

export type City = ReturnType<typeof openCity>;

export function describeSource(name: string, overrides: Partial<SourceDescription> = {}): SourceDescription {
  return {
    name,
    kind: "gbfs",
    description: `https://${name}.example/gbfs.json`,
    attribution: { text: `City of ${name}`, licence: "ODbL-1.0", url: null },
    simulated: false,
    intervalMs: minute,
    ...overrides,
  };
}

export function sourceState(source: string, overrides: Partial<SourceState> = {}): SourceState {
  return {
    source,
    lastPollAt: noon,
    movedAt: noon,
    observed: 3,
    holdMs: 10 * minute,
    feedTime: noon - 5_000,
    health: {
      polls: 120,
      frozenPolls: 0,
      longestFrozenRun: 4,
      clockBackwards: 1,
      overCapacity: 2,
      filledColumns: ["bikes", "docks", "capacity"],
      nullColumns: ["capacity"],
      nullColumnPolls: 3,
      notInInformation: 0,
      notInStatus: 5,
    },
    finalUntil: noon,
    ended: false,
    ...overrides,
  };
}

export function content(overrides: Partial<Content> = {}): Content {
  return {
    bikes: 3,
    mechanical: 2,
    ebike: 1,
    docks: 7,
    installed: true,
    renting: true,
    returning: true,
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
    zone: "Paris 4",
    content: content(),
    changedAt: noon - 2 * minute,
    absentSince: null,
    reportedAt: noon - 4 * minute,
    ...overrides,
  };
}

/** Windows of one station from `from` on, `count` of them, each with `bikes` as its mean. */
export function stationWindows(source: string, station: string, from: number, count: number, bikes = 3) {
  const batch = new StationWindowBatch(windowMs);
  for (let n = 0; n < count; n++) {
    const i = batch.add(source, station);
    batch.values[i + column.start] = from + n * windowMs;
    batch.values[i + column.mechanicalMean] = Number.NaN;
    batch.values[i + column.ebikeMean] = Number.NaN;
    batch.values[i + column.bikesMean] = bikes + 0.1;
    batch.values[i + column.docksMean] = 7.5;
    batch.values[i + column.occupancyMean] = 0.25;
    batch.values[i + column.bikesMin] = bikes;
    batch.values[i + column.bikesMax] = bikes + 1;
    batch.values[i + column.bikesLast] = Number.NaN;
    batch.values[i + column.docksMin] = 7;
    batch.values[i + column.docksMax] = 8;
    batch.values[i + column.docksLast] = 8;
    batch.values[i + column.coverage] = 0.5;
    batch.values[i + column.changes] = 1;
  }
  return batch;
}

/** A zone window of two stations known all the time, with 4 bikes and 6 docks each. */
export function zonePart(source: string, zone: string, start: number, overrides: Partial<ZonePart> = {}): ZonePart {
  const knownMs = 2 * windowMs;
  return {
    source,
    zone,
    start,
    end: start + windowMs,
    partition: 0,
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
