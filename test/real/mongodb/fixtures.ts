import { MongoClient } from "mongodb";
import { onTestFinished } from "vitest";
import { MongodbResults } from "../../../adapters/mongodb/mongodb-results.ts";
import type { MongodbOptions } from "../../../adapters/mongodb/options.ts";
import type { ResultCommit } from "../../../core/ports/result-store.ts";
import type { StationWindow } from "../../../core/windows/station-window.ts";
import { column, StationWindowBatch } from "../../../core/windows/station-window.ts";
import type { ZonePart } from "../../../core/windows/zone-window.ts";

export const lengthMs = 180_000;
export const start = Date.parse("2024-11-08T10:00:00Z");

let databases = 0;

/** A database of its own, dropped after the test. */
export function freshDatabase(uri: string): string {
  const database = `velib_test_${process.pid}_${Date.now()}_${databases++}`;
  onTestFinished(async () => {
    const client = new MongoClient(uri);
    await client.db(database).dropDatabase();
    await client.close();
  });
  return database;
}

export async function openResults(options: MongodbOptions): Promise<MongodbResults> {
  const results = await MongodbResults.open(options);
  onTestFinished(() => results.close());
  return results;
}

/** The documents of a collection as any client sees them. */
export async function documentsOf(uri: string, database: string, collection: string) {
  const client = new MongoClient(uri);
  try {
    return await client.db(database).collection(collection).find().sort({ _id: 1 }).toArray();
  } finally {
    await client.close();
  }
}

export function window(change: Partial<StationWindow> = {}): StationWindow {
  const from = change.start ?? start;
  return {
    source: "paris",
    station: "1001",
    start: from,
    end: from + lengthMs,
    mechanicalMean: 0.1 + 0.2,
    ebikeMean: null,
    bikesMean: 7,
    docksMean: 1 / 3,
    occupancyMean: null,
    bikesMin: 2,
    bikesMax: 9,
    bikesLast: null,
    docksMin: 0,
    docksMax: 5,
    docksLast: 3,
    coverage: 0.999_999_999_999_999_9,
    changes: 4,
    ...change,
  };
}

export function batchOf(windows: readonly StationWindow[]): StationWindowBatch {
  const batch = new StationWindowBatch(lengthMs);
  for (const w of windows) {
    const at = batch.add(w.source, w.station);
    for (const [name, offset] of Object.entries(column)) {
      const value = Object.entries(w).find(([field]) => field === name)?.[1];
      batch.values[at + offset] = typeof value === "number" ? value : Number.NaN;
    }
  }
  return batch;
}

export function commitOf(change: Partial<Omit<ResultCommit, "stationWindows">> & { windows?: StationWindow[] } = {}) {
  const { windows = [], ...rest } = change;
  const commit: ResultCommit = {
    partition: 0,
    generation: 1,
    offset: 10n,
    state: new Uint8Array([1, 2, 3]),
    stationWindows: batchOf(windows),
    zoneParts: [],
    stations: [],
    sources: [],
    ...rest,
  };
  return commit;
}

export function zonePart(change: Partial<ZonePart> = {}): ZonePart {
  return {
    source: "paris",
    zone: "11e",
    start,
    end: start + lengthMs,
    partition: 0,
    knownMs: 360_000,
    bikesMs: 3_600_000,
    docksMs: 7_200_000,
    mechanicalMs: 1_800_000,
    ebikeMs: 1_800_000,
    splitMs: 360_000,
    placesMs: 10_800_000,
    stations: 2,
    zoneStations: 3,
    changes: 5,
    ...change,
  };
}
