import { askApi } from "./reader-token.ts";
import type { HistoryWindow, Source, Zone } from "./station.ts";
import { parseHistory, parseSources, parseZones } from "./wire.ts";

/** Address of an API path beside this page, also below a path prefix. */
export function apiUrl(path: string): string {
  return new URL(path, document.baseURI).href;
}

export async function fetchSources(): Promise<Source[]> {
  return parseSources(await getJson(apiUrl("v1/sources")), Date.now());
}

/** The newest window of every zone. */
export async function fetchZones(): Promise<Zone[]> {
  return parseZones(await getJson(apiUrl("v1/zones")));
}

/** A station's windows that start in [from, to), ms since the epoch. */
export async function fetchHistory(
  station: { source: string; station: string },
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<HistoryWindow[]> {
  const path = `v1/stations/${encodeURIComponent(station.source)}/${encodeURIComponent(station.station)}/windows`;
  const url = new URL(apiUrl(path));
  url.searchParams.set("from", new Date(from).toISOString());
  url.searchParams.set("to", new Date(to).toISOString());
  // A day of one-minute windows is 1,440.
  url.searchParams.set("limit", "2000");
  return parseHistory(await getJson(url.href, signal));
}

async function getJson(url: string, signal?: AbortSignal): Promise<unknown> {
  const response = await askApi(url, "application/json", signal ?? null);
  return response.json();
}
