export const stationStatuses = ["open", "not_renting", "not_returning", "closed", "unknown"] as const;
export type StationStatus = (typeof stationStatuses)[number];

/** A station as it is now. Times are ms since the epoch; a count that is not known is null, never 0. */
export interface Station {
  /** `source:station`, unique over all networks. */
  key: string;
  source: string;
  station: string;
  name: string | null;
  lat: number | null;
  lon: number | null;
  capacity: number | null;
  zone: string | null;
  status: StationStatus;
  bikes: number | null;
  mechanical: number | null;
  ebike: number | null;
  docks: number | null;
  /** bikes / max(capacity, bikes + docks), 0 to 1. */
  occupancy: number | null;
  changedAt: number | null;
  reportedAt: number | null;
  observedAt: number | null;
  /** First poll that missed it; null while it is observed. */
  absentSince: number | null;
}

export const staleCauses = ["never_polled", "polls_stopped", "data_frozen"] as const;
export type StaleCause = (typeof staleCauses)[number];

export interface Attribution {
  text: string;
  licence: string | null;
  url: string | null;
}

/** A feed and how fresh its data was when this was received. */
export interface Source {
  name: string;
  /** True for a recording: its times are those of when it was recorded, and its ages stand still. */
  recorded: boolean;
  /** When the ages below were true, by the browser's clock, ms. */
  receivedAt: number;
  simulated: boolean;
  attribution: Attribution | null;
  lastPollAt: number | null;
  lastMovedAt: number | null;
  /** Seconds since the data last moved; null before the first poll. */
  dataAgeSeconds: number | null;
  /** Seconds since the last poll that counted. */
  pollAgeSeconds: number | null;
  stale: boolean;
  cause: StaleCause | null;
  /** End of the newest final window. */
  finalUntil: number | null;
}

/** A window of a station's history; means are over the time in which the station was known. */
export interface HistoryWindow {
  start: number;
  end: number;
  bikesMean: number;
  mechanicalMean: number | null;
  ebikeMean: number | null;
  docksMean: number;
  bikesMin: number;
  bikesMax: number;
  /** Known time / length, 0 to 1. */
  coverage: number;
}

/** The newest window of a zone. */
export interface Zone {
  /** `source:zone`, unique over all networks. */
  key: string;
  source: string;
  zone: string;
  occupancy: number | null;
  bikesTotal: number | null;
  stations: number | null;
  end: number | null;
}

/** What the map, the list and the address call a station: its source and code. */
export function stationKey(source: string, station: string): string {
  return `${source}:${station}`;
}

/** A name to show: the station's own, else its code. */
export function stationTitle(station: Station): string {
  return station.name ?? `Station ${station.station}`;
}

/** A zone's name to show: a number alone (an arrondissement) says too little. */
export function zoneTitle(zone: string): string {
  return /^\d+$/.test(zone) ? `Zone ${zone}` : zone;
}

/** Whether the counts of the station are those of a station in service. */
export function inService(station: Station): boolean {
  return station.status !== "closed" && station.status !== "unknown";
}
