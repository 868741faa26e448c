import type { SourceState } from "../state/source-state.ts";
import type { StationState } from "../state/station-state.ts";
import type { StationWindow, StationWindowBatch } from "../windows/station-window.ts";
import type { ZonePart, ZoneWindow } from "../windows/zone-window.ts";

/** Where a partition's aggregation stands: what a new owner resumes from. */
export interface Checkpoint {
  partition: number;
  generation: number;
  /** The next log offset to read. */
  offset: bigint;
  /** The window engine's state (`WindowEngine.snapshot()`). */
  state: Uint8Array;
}

/** The results of a stretch of one partition's log. */
export interface ResultCommit extends Checkpoint {
  stationWindows: StationWindowBatch;
  zoneParts: ZonePart[];
  /** Stations whose latest state moved. */
  stations: StationState[];
  sources: SourceState[];
}

export interface WindowQuery {
  source?: string;
  /** Station or zone. */
  id?: string;
  /** Windows with start ≥ from, ms. */
  from?: number;
  /** Windows with start < to, ms. */
  to?: number;
}

export interface StationQuery {
  source?: string;
  /** [west, south, east, north], degrees. */
  bbox?: [number, number, number, number];
  /** Only stations after this (source, station), in that order: paging. */
  after?: { source: string; station: string };
  limit?: number;
}

/** Windows, latest states and checkpoints. */
export interface ResultStore {
  checkpoint(partition: number): Promise<Checkpoint | null>;
  /**
   * Makes the results and their checkpoint durable. Repeating a commit, or redoing it after a crash from the
   * previous checkpoint, leaves the same rows.
   * @throws VelibError VELIB_CHECKPOINT_FENCED when a newer generation has committed: nothing is written then.
   */
  commit(results: ResultCommit): Promise<void>;
  /** Sorted by source, station, start (text order of code units). */
  stationWindows(query: WindowQuery): AsyncIterable<StationWindow>;
  /** Sorted by source, zone, start; the parts of all partitions added up. */
  zoneWindows(query: WindowQuery): AsyncIterable<ZoneWindow>;
  /** Sorted by source, station. */
  stations(query: StationQuery): Promise<StationState[]>;
  station(source: string, station: string): Promise<StationState | null>;
  sources(): Promise<SourceState[]>;
  close(): Promise<void>;
}
