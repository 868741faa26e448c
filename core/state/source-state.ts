import type { FeedHealth } from "../feed-health/feed-health.ts";

/** Where a source stands, from its poll markers. */
export interface SourceState {
  source: string;
  /** Newest poll that counted, ms. */
  lastPollAt: number;
  /** Newest poll at which any content had changed, ms. */
  movedAt: number;
  /** Stations validly observed at the newest poll. */
  observed: number;
  holdMs: number;
  feedTime: number | null;
  health: FeedHealth;
  /** The end of the newest final window, ms; null before the first. */
  finalUntil: number | null;
  /** True when a recording of it has ended. */
  ended: boolean;
}
