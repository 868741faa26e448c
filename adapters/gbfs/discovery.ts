import { type Decoded, unexpectedFormat } from "../http/json-body.ts";
import { isObject, text } from "../http/json-value.ts";
import { byLanguage, dataOf } from "./gbfs-value.ts";

/** Where the feeds that are read lie; on any host. */
export interface FeedUrls {
  status: URL;
  information: URL;
  vehicleTypes: URL | null;
  systemInformation: URL | null;
}

/**
 * Decodes a `gbfs.json`: `data.feeds` (3.0), or `data.<language>.feeds` (1.x, 2.x) of English, else French, else the
 * first language. One without stations (free-floating vehicles only) is of no use here.
 *
 * @param base its own address: those it lists may be relative to it
 */
export function decodeDiscovery(body: unknown, base: URL): Decoded<FeedUrls> {
  const feeds = feedList(body);
  if (feeds === null) {
    return unexpectedFormat("a gbfs.json ({data: {feeds: […]}} or {data: {<language>: {feeds: […]}}})", body);
  }
  const urlOf = (name: string) => feedUrlOf(feeds, name, base);
  const status = urlOf("station_status");
  const information = urlOf("station_information");
  if (status === null || information === null) {
    return unexpectedFormat("a gbfs.json that lists station_status and station_information", body);
  }
  const others = { vehicleTypes: urlOf("vehicle_types"), systemInformation: urlOf("system_information") };
  return { value: { status, information, ...others } };
}

/** Whether a body is a `gbfs.json`, of a network with stations or without. */
export function isDiscovery(body: unknown): boolean {
  return feedList(body) !== null;
}

function feedList(body: unknown): unknown[] | null {
  const data = dataOf(body);
  if (data === null) return null;
  if (Array.isArray(data.feeds)) return data.feeds;
  const lists = Object.entries(data).flatMap(([language, entry]) =>
    isObject(entry) && Array.isArray(entry.feeds) ? [[language, entry.feeds] as const] : [],
  );
  return byLanguage(lists);
}

function feedUrlOf(feeds: readonly unknown[], name: string, base: URL): URL | null {
  for (const feed of feeds) {
    if (!isObject(feed) || feed.name !== name) continue;
    const url = URL.parse(text(feed.url) ?? "", base);
    if (url !== null && /^https?:$/.test(url.protocol)) return url;
  }
  return null;
}
