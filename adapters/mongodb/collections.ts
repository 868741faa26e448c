import type { Binary, Collection, Db, Long, ObjectId } from "mongodb";
import { MongoServerError } from "mongodb";
import type { FeedHealth } from "../../core/feed-health/feed-health.ts";
import { serverCode } from "./mongodb-error.ts";
import { zoneAverages } from "./zone-averages.ts";

/**
 * A station's window. The identity is the `_id`, whose order is the reader's order (see `orderKey`); the columns
 * beside it are those of the CSV, for whoever reads the collection with mongosh or Power BI.
 */
export interface StationWindowDocument {
  _id: { source: string; station: string; start: Date };
  source: string;
  station: string;
  start: Date;
  end: Date;
  mechanical_mean: number | null;
  ebike_mean: number | null;
  bikes_mean: number;
  docks_mean: number;
  occupancy_mean: number | null;
  bikes_min: number;
  bikes_max: number;
  bikes_last: number | null;
  docks_min: number;
  docks_max: number;
  docks_last: number | null;
  coverage: number;
  changes: number;
}

/** One partition's share of a zone's window. */
export interface ZonePartDocument {
  _id: { source: string; zone: string; start: Date; partition: number };
  source: string;
  zone: string;
  start: Date;
  end: Date;
  partition: number;
  known_ms: number;
  bikes_ms: number;
  docks_ms: number;
  mechanical_ms: number;
  ebike_ms: number;
  split_ms: number;
  places_ms: number;
  stations: number;
  zone_stations: number;
  changes: number;
}

export interface StationStateDocument {
  _id: { source: string; station: string };
  source: string;
  station: string;
  name: string | null;
  lat: number | null;
  lon: number | null;
  capacity: number | null;
  commune: string | null;
  zone: string | null;
  /** Null, as all counts and flags then are: the station was never validly observed. */
  bikes: number | null;
  mechanical: number | null;
  ebike: number | null;
  docks: number | null;
  is_installed: boolean | null;
  is_renting: boolean | null;
  is_returning: boolean | null;
  changed_at: Date | null;
  absent_since: Date | null;
  reported_at: Date | null;
  /** Who wrote the row last: an older generation of the same partition must not replace it. */
  partition: number;
  generation: number;
}

/** A source as one partition saw it: markers go to every partition. */
export interface SourceStateDocument {
  _id: { source: string; partition: number };
  source: string;
  partition: number;
  generation: number;
  last_poll_at: Date;
  moved_at: Date;
  observed: number;
  hold_ms: number;
  feed_time: Date | null;
  health: FeedHealth;
  final_until: Date | null;
  ended: boolean;
}

export interface CheckpointDocument {
  /** The partition. */
  _id: number;
  generation: number;
  offset: Long;
  /** The state's bytes, or null when they are too many for a document and lie in `checkpoint_chunks`. */
  state: Binary | null;
  state_id: ObjectId | null;
  state_chunks: number;
  committed_at: Date;
}

export interface CheckpointChunkDocument {
  _id: { state: ObjectId; n: number };
  partition: number;
  generation: number;
  data: Binary;
}

export interface Collections {
  stationWindows: Collection<StationWindowDocument>;
  zoneWindows: Collection<ZonePartDocument>;
  stationState: Collection<StationStateDocument>;
  sourceState: Collection<SourceStateDocument>;
  checkpoints: Collection<CheckpointDocument>;
  checkpointChunks: Collection<CheckpointChunkDocument>;
}

export function collectionsOf(database: Db): Collections {
  return {
    stationWindows: database.collection("station_windows"),
    zoneWindows: database.collection("zone_windows"),
    stationState: database.collection("station_state"),
    sourceState: database.collection("source_state"),
    checkpoints: database.collection("checkpoints"),
    checkpointChunks: database.collection("checkpoint_chunks"),
  };
}

/** Makes what is missing: indexes, the windows' TTL and the view of zone averages. Any number may do so at once. */
export async function prepareCollections(database: Db, windowsTtlSeconds: number): Promise<void> {
  const { stationWindows, zoneWindows, checkpointChunks } = collectionsOf(database);
  await Promise.all([
    ensureStartIndex(database, stationWindows.collectionName, windowsTtlSeconds),
    ensureStartIndex(database, zoneWindows.collectionName, windowsTtlSeconds),
    checkpointChunks.createIndex({ partition: 1 }),
    ensureView(database),
  ]);
}

/** The name of the index on the windows' start, which is also what removes them when they are too old. */
export const startIndex = "start_1";

/** The longest TTL, s. MongoDB can change an index's TTL in place but not take it away. */
const sixtyEightYears = 2 ** 31 - 1;

async function ensureStartIndex(database: Db, name: string, ttlSeconds: number): Promise<void> {
  const ttl = ttlSeconds > 0 ? { expireAfterSeconds: ttlSeconds } : {};
  try {
    await database.collection(name).createIndex({ start: 1 }, { name: startIndex, ...ttl });
    return;
  } catch (error) {
    if (!hasCode(error, serverCode.indexOptionsConflict, serverCode.indexKeySpecsConflict)) throw error;
  }
  const expireAfterSeconds = ttlSeconds > 0 ? ttlSeconds : sixtyEightYears;
  await database.command({ collMod: name, index: { name: startIndex, expireAfterSeconds } });
}

/** The view of the zones' averages. */
export const averagesView = "zone_averages";

async function ensureView(database: Db): Promise<void> {
  const view = { viewOn: "zone_windows", pipeline: zoneAverages };
  try {
    await database.createCollection(averagesView, view);
  } catch (error) {
    if (!hasCode(error, serverCode.namespaceExists)) throw error;
    await database.command({ collMod: averagesView, ...view });
  }
}

export function hasCode(error: unknown, ...codes: number[]): boolean {
  return error instanceof MongoServerError && codes.some((code) => error.code === code);
}
