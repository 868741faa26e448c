import type { Attribution, HistoryWindow, Source, Station, StationStatus, Zone } from "./station.ts";
import { staleCauses, stationKey, stationStatuses } from "./station.ts";

/** One event of `/v1/live`: the whole state, or the stations and sources that differ from it. */
export interface LiveMessage {
  stations: Station[];
  sources: Source[];
}

type Fields = Record<string, unknown>;

/**
 * Reads the body of a `state` or `changes` event. An element that names no station is left out; the rest counts.
 * `receivedAt` is when it came, by the browser's clock, ms.
 * @throws SyntaxError when the text is not JSON.
 */
export function parseLiveMessage(text: string, receivedAt: number): LiveMessage {
  const body: unknown = JSON.parse(text);
  return { stations: elements(fields(body).stations, parseStation), sources: parseSources(body, receivedAt) };
}

export function parseSources(body: unknown, receivedAt: number): Source[] {
  return elements(fields(body).sources, (element) => parseSource(element, receivedAt));
}

export function parseHistory(body: unknown): HistoryWindow[] {
  return elements(fields(body).windows, parseHistoryWindow);
}

export function parseZones(body: unknown): Zone[] {
  return elements(fields(body).zones, parseZone);
}

function parseStation(value: unknown): Station | null {
  const row = fields(value);
  const source = text(row.source);
  const station = text(row.station);
  if (source === null || station === null) return null;
  return {
    key: stationKey(source, station),
    source,
    station,
    name: text(row.name),
    lat: number(row.lat),
    lon: number(row.lon),
    capacity: number(row.capacity),
    zone: text(row.zone),
    status: status(row.status),
    bikes: number(row.bikes),
    mechanical: number(row.mechanical),
    ebike: number(row.ebike),
    docks: number(row.docks),
    occupancy: number(row.occupancy),
    changedAt: time(row.changed_at),
    reportedAt: time(row.reported_at),
    observedAt: time(row.observed_at),
    absentSince: time(row.absent_since),
  };
}

function parseSource(value: unknown, receivedAt: number): Source | null {
  const row = fields(value);
  const name = text(row.name);
  if (name === null) return null;
  const freshness = fields(row.freshness);
  return {
    name,
    receivedAt,
    recorded: row.kind === "recording",
    simulated: row.simulated === true,
    attribution: parseAttribution(row.attribution),
    lastPollAt: time(row.last_poll_at),
    lastMovedAt: time(row.last_moved_at),
    dataAgeSeconds: number(freshness.data_age_seconds),
    pollAgeSeconds: number(freshness.poll_age_seconds),
    stale: freshness.stale === true,
    cause: staleCauses.find((known) => known === freshness.cause) ?? null,
    finalUntil: time(row.final_until),
  };
}

function parseAttribution(value: unknown): Attribution | null {
  const row = fields(value);
  const shown = text(row.text);
  if (shown === null) return null;
  const url = text(row.url);
  // Only web addresses become links: a feed must not be able to put a javascript: address on the page.
  return { text: shown, licence: text(row.licence), url: url !== null && /^https?:\/\//.test(url) ? url : null };
}

function parseHistoryWindow(value: unknown): HistoryWindow | null {
  const row = fields(value);
  const start = time(row.start);
  const end = time(row.end);
  const bikesMean = number(row.bikes_mean);
  const docksMean = number(row.docks_mean);
  const bikesMin = number(row.bikes_min);
  const bikesMax = number(row.bikes_max);
  if (start === null || end === null || bikesMean === null || docksMean === null) return null;
  return {
    start,
    end,
    bikesMean,
    mechanicalMean: number(row.mechanical_mean),
    ebikeMean: number(row.ebike_mean),
    docksMean,
    bikesMin: bikesMin ?? bikesMean,
    bikesMax: bikesMax ?? bikesMean,
    coverage: number(row.coverage) ?? 1,
  };
}

function parseZone(value: unknown): Zone | null {
  const row = fields(value);
  const source = text(row.source);
  const zone = text(row.zone);
  if (source === null || zone === null) return null;
  return {
    key: stationKey(source, zone),
    source,
    zone,
    occupancy: number(row.occupancy_mean),
    bikesTotal: number(row.bikes_total),
    stations: number(row.stations),
    end: time(row.end),
  };
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function elements<T>(value: unknown, parse: (element: unknown) => T | null): T[] {
  if (!Array.isArray(value)) return [];
  const parsed: T[] = [];
  for (const element of value) {
    const one = parse(element);
    if (one !== null) parsed.push(one);
  }
  return parsed;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function time(value: unknown): number | null {
  if (typeof value !== "string") return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : ms;
}

/** A status this page does not know is shown as unknown rather than as open. */
function status(value: unknown): StationStatus {
  return stationStatuses.find((known) => known === value) ?? "unknown";
}
