import type { AbsentRecord, ObservationRecord, PollMarker } from "../log/record.ts";
import type { Observation } from "../observation/observation.ts";

/** A stretch of one log partition, with where reading goes on after it. */
export interface HistoryBatch {
  observations: ObservationRecord[];
  /** Kept by a store that windows can be computed from again (`ReplayableHistory`). */
  absences?: AbsentRecord[];
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
  /** A stretch of a source at once, by time then station; at in [from, to), ms. Meant for hours to days. */
  between(source: string, from: number, to: number): AsyncIterable<Observation>;
  /** The names of all sources it has anything of, sorted. */
  sources(): Promise<string[]>;
  /** Poll markers by time; at in [from, to), ms. */
  polls(source: string, from: number, to: number): AsyncIterable<PollMarker>;
  close(): Promise<void>;
}

/** A history that says which stations its polls had not, too: with it, the log can be written again. */
export interface ReplayableHistory extends HistoryStore {
  /** By time, then station; at in [from, to), ms. Meant for hours to days. */
  absences(source: string, from: number, to: number): AsyncIterable<AbsentRecord>;
}
