import type { Content } from "../observation/observation.ts";

/** The newest that is known of a station, ahead of any window. */
export interface StationState {
  source: string;
  station: string;
  name: string | null;
  lat: number | null;
  lon: number | null;
  capacity: number | null;
  commune: string | null;
  zone: string | null;
  /** Counts and flags last observed; null when the station was never validly observed. */
  content: Content | null;
  /** Poll time at which that content was first seen, ms. */
  changedAt: number | null;
  /** Poll from which the station is missing; null while it is observed at every poll. */
  absentSince: number | null;
  reportedAt: number | null;
}
