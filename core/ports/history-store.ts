import type { ObservationRecord, PollMarker } from "../log/record.ts";
import type { Observation } from "../observation/observation.ts";

/** A stretch of one log partition, with where reading goes on after it. */
export interface HistoryBatch {
  observations: ObservationRecord[];
  polls: PollMarker[];
  partition: number;
  offset: bigint;
}

/** The long record: every change and keyframe, and every poll, for as long as it is kept. */
export interface HistoryStore {
  /** Idempotent by (source, station, at) and (source, at). Durable when it resolves; the offset is saved last. */
  append(batch: HistoryBatch): Promise<void>;
  /** The offset saved by the last `append` of this partition; null at the start. */
  position(partition: number): Promise<bigint | null>;
  /** One station over time, by time; at in [from, to), ms. */
  station(source: string, station: string, from: number, to: number): AsyncIterable<Observation>;
  /** One UTC day (`2024-11-08`) of a source at once, by time then station. */
  day(source: string, date: string): AsyncIterable<Observation>;
  /** Poll markers by time; at in [from, to), ms. */
  polls(source: string, from: number, to: number): AsyncIterable<PollMarker>;
  close(): Promise<void>;
}
