/**
 * One row of a poll as an adapter decoded it, before anything is judged: absent values are null, values of the
 * wrong type are NaN. `core/observation/validation.ts` decides what becomes an observation.
 */
export interface StationReading {
  /** The network's own code of the station as text (Vélib: `stationcode`); null when the row does not name one. */
  station: string | null;
  bikes: number | null;
  mechanical: number | null;
  ebike: number | null;
  docks: number | null;
  installed: boolean | null;
  renting: boolean | null;
  returning: boolean | null;
  /** The station's own timestamp (`duedate`, `last_reported`), ms since the epoch; only carried along. */
  reportedAt: number | null;
  metadata: StationMetadata;
  /** The row as it came, for the excerpt of a dead letter. */
  raw: unknown;
}

/** What a network says about a station beside its counts. Null: not said (the last known value stays). */
export interface StationMetadata {
  name: string | null;
  lat: number | null;
  lon: number | null;
  capacity: number | null;
  /** Commune or city district by name. */
  commune: string | null;
}

export const noMetadata: StationMetadata = { name: null, lat: null, lon: null, capacity: null, commune: null };

/** A readable body of one source at one instant. Its time is the event time of everything in it. */
export interface Poll {
  /** When it was fetched, ms since the epoch. */
  at: number;
  readings: StationReading[];
  /** Metadata of stations that the network lists apart from their status (GBFS station_information), by station. */
  information?: Map<string, StationMetadata>;
  /** The feed's own clock (`last_updated`, newest `duedate`), ms; null when it has none. */
  feedTime: number | null;
}

/** A poll whose body could not be read: it is dead-lettered and, for the numbers, did not happen. */
export interface UnreadablePoll {
  at: number;
  reason: "unreadable-body" | "truncated-body" | "unexpected-format";
  /** One line: what was expected and what came. */
  detail: string;
  /** The start of the body (bounded by the caller). */
  excerpt: string;
}
