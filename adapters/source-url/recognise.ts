import type { PolledSource } from "../../core/ports/source.ts";
import { isDiscovery } from "../gbfs/discovery.ts";
import { GbfsSource, gbfsJsonIn } from "../gbfs/gbfs-source.ts";
import { dataOf } from "../gbfs/gbfs-value.ts";
import { HttpClient, type HttpSettings } from "../http/http-client.ts";
import { type Decoded, outlineOf, parseJson } from "../http/json-body.ts";
import { isObject } from "../http/json-value.ts";
import { feedUrl, shownUrl } from "../http/shown-url.ts";
import { SourceError } from "../http/source-error.ts";
import { type DatasetEndpoint, datasetEndpoint } from "../opendatasoft/dataset-url.ts";
import { OpendatasoftSource } from "../opendatasoft/opendatasoft-source.ts";
import { decodeRows } from "../opendatasoft/rows-body.ts";

export interface SourceSettings extends HttpSettings {
  /** True when the server is a simulator. */
  simulated?: boolean;
}

/**
 * Finds out what kind of feed lies at an address by looking at one body of it: a network's `gbfs.json` (or the folder
 * it lies in), or Vélib's dataset on Opendatasoft (export, records, v1.0 search, or the dataset's page).
 *
 * @param at the time of the call, ms
 * @throws SourceError VELIB_SOURCE_UNRECOGNISED when it is none of these, otherwise as `HttpClient.get`
 */
export async function recogniseSource(
  address: string,
  settings: SourceSettings,
  at: number,
  signal: AbortSignal,
): Promise<PolledSource> {
  const given = feedUrl(address);
  const dataset = datasetEndpoint(given);
  const url = dataset?.url ?? given;
  const client = new HttpClient(url, settings);
  const own = await look(client, url, at, signal);
  if ("value" in own) return sourceOf(url, dataset, own.value, settings);
  const isTruncated = "problem" in own && own.problem.reason === "truncated-body";
  // The address of a dataset says what it is also while its body breaks off.
  if (isTruncated && dataset !== null) return new OpendatasoftSource(dataset, settings);
  if (isTruncated) throw brokenOff(url, own.problem.detail);
  if (dataset === null && !url.pathname.endsWith(".json")) {
    const inFolder = await look(client, gbfsJsonIn(url), at, signal);
    if ("value" in inFolder && isDiscovery(inFolder.value)) return new GbfsSource(gbfsJsonIn(url), settings);
  }
  throw "refusal" in own ? own.refusal : unrecognised(url, own.problem.detail);
}

/** The JSON at an address, what is wrong with it, or the server's refusal of that address. */
async function look(
  client: HttpClient,
  url: URL,
  at: number,
  signal: AbortSignal,
): Promise<Decoded<unknown> | { refusal: SourceError }> {
  try {
    const reply = await client.get(url, null, at, signal);
    if (reply.kind === "body") return parseJson(reply.body, reply.complete);
    throw new Error("a request without validators was answered with 304");
  } catch (refusal) {
    if (refusal instanceof SourceError && refusal.status !== null && refusal.status < 500) return { refusal };
    throw refusal;
  }
}

function sourceOf(url: URL, dataset: DatasetEndpoint | null, body: unknown, settings: SourceSettings): PolledSource {
  if (isDiscovery(body)) return new GbfsSource(url, settings);
  const rows = decodeRows(body);
  if ("value" in rows && (dataset !== null || rows.value.readings.length > 0)) {
    return new OpendatasoftSource(dataset ?? { kind: kindOf(body), url }, settings);
  }
  if (Array.isArray(dataOf(body)?.stations)) {
    throw unrecognised(url, "one feed of a GBFS network", "give the network's gbfs.json instead");
  }
  throw unrecognised(url, outlineOf(body));
}

function kindOf(body: unknown): DatasetEndpoint["kind"] {
  if (Array.isArray(body)) return "export";
  return isObject(body) && Array.isArray(body.results) ? "records" : "search";
}

function unrecognised(url: URL, got: string, remedy = "give one of these addresses"): SourceError {
  return new SourceError(
    "VELIB_SOURCE_UNRECOGNISED",
    `${shownUrl(url)} is no feed of stations: expected a GBFS gbfs.json or the rows of Vélib's Opendatasoft dataset, found ${got}; ${remedy}`,
  );
}

function brokenOff(url: URL, detail: string): SourceError {
  return new SourceError(
    "VELIB_SOURCE_UNREACHABLE",
    `the body of ${shownUrl(url)} can't be used: ${detail}; try again`,
  );
}
