import type { FeedHealth } from "../feed-health/feed-health.ts";
import type { Content, Observation } from "../observation/observation.ts";

/** An observation whose content differs from the station's previous one; the first one of a station is one too. */
export interface ChangeRecord extends Observation {
  kind: "change";
}

/**
 * An observation with unchanged content, sent anyway: because the station sent nothing for the keyframe interval,
 * came back after an absence, or its capacity or zone moved.
 */
export interface KeyframeRecord extends Observation {
  kind: "keyframe";
}

/**
 * A station that the network is known to have was not validly observed at this poll: sent at the first such poll
 * and again every keyframe interval. Without it, a station missing from a poll and a quiet one would look the same.
 */
export interface AbsentRecord {
  kind: "absent";
  source: string;
  station: string;
  at: number;
  zone: string | null;
  /** What was last observed, for a late joiner; null when the station was never validly observed. */
  last: Content | null;
}

/** Sent to every partition after each poll that counts: the watermark. */
export interface PollMarker {
  kind: "poll";
  source: string;
  at: number;
  /** How long an observation of this poll holds without another, ms. */
  holdMs: number;
  /** Stations validly observed at this poll (over all partitions). */
  observed: number;
  /** How many of them changed content. */
  changes: number;
  /** Newest poll time at which any content of the source had changed (at ≤ this poll's). */
  movedAt: number;
  /** The feed's own clock, ms; null when it has none. */
  feedTime: number | null;
  health: FeedHealth;
}

/** The end of a recording: moves the watermark to its last poll + hold without being a poll. */
export interface EndMarker {
  kind: "end";
  source: string;
  at: number;
}

/** What the network says about a station, sent when it is new or differs. It never enters the numbers. */
export interface StationRecord {
  kind: "station";
  source: string;
  station: string;
  at: number;
  name: string | null;
  lat: number | null;
  lon: number | null;
  capacity: number | null;
  commune: string | null;
  zone: string | null;
  /** Whether the network's information (a list apart from the status) names it; false for feeds without one. */
  listed: boolean;
}

export type ObservationRecord = ChangeRecord | KeyframeRecord;
/** Records that belong to one station: keyed by source/station, so that a station's records stay in order. */
export type KeyedRecord = ObservationRecord | AbsentRecord | StationRecord;
/** Records that go to every partition. */
export type MarkerRecord = PollMarker | EndMarker;
export type LogRecord = KeyedRecord | MarkerRecord;
