import type { Poll, UnreadablePoll } from "../../core/observation/reading.ts";
import type { Attribution, PolledSource } from "../../core/ports/source.ts";
import { attributionOfHost, unknownLicence } from "../attribution/known-networks.ts";
import { HttpClient, type HttpSettings } from "../http/http-client.ts";
import type { Decoded } from "../http/json-body.ts";
import { RemoteDocument } from "../http/remote-document.ts";
import { shownUrl } from "../http/shown-url.ts";
import { assertReachable, type DatasetEndpoint, recordsPage, searchPage } from "./dataset-url.ts";
import { decodeRows, type Rows } from "./rows-body.ts";

export interface OpendatasoftSettings extends HttpSettings {
  /** True when the server is a simulator. */
  simulated?: boolean;
}

/** Vélib's dataset on an Opendatasoft portal, by Explore v2.1 (export or records) or the older v1.0 search. */
export class OpendatasoftSource implements PolledSource {
  readonly description: string;
  readonly attribution: Attribution;
  readonly simulated: boolean;
  /** The portal does not say how often its rows change. */
  readonly ttlMs = null;
  readonly #endpoint: DatasetEndpoint;
  readonly #client: HttpClient;
  /** One for each page that was asked for. */
  readonly #documents = new Map<string, RemoteDocument<Rows>>();

  constructor(endpoint: DatasetEndpoint, settings: OpendatasoftSettings = {}) {
    const { url } = endpoint;
    this.description = shownUrl(url);
    this.attribution = attributionOfHost(url.hostname) ?? unknownLicence(url.host, url.origin);
    this.simulated = settings.simulated ?? false;
    this.#endpoint = endpoint;
    this.#client = new HttpClient(url, settings);
  }

  async poll(at: number, signal: AbortSignal): Promise<Poll | UnreadablePoll> {
    const rows = await this.#rows(at, signal);
    if ("problem" in rows) return { at, ...rows.problem };
    return { at, readings: rows.value.readings, feedTime: rows.value.feedTime };
  }

  async #rows(at: number, signal: AbortSignal): Promise<Decoded<Rows>> {
    const { kind, url } = this.#endpoint;
    if (kind === "export") return this.#read(url, at, signal);
    if (kind === "records") return this.#pages(at, signal);
    const rows = await this.#read(searchPage(url), at, signal);
    if ("value" in rows) assertReachable(url, rows.value.total ?? 0);
    return rows;
  }

  async #pages(at: number, signal: AbortSignal): Promise<Decoded<Rows>> {
    const { url } = this.#endpoint;
    const all: Rows = { readings: [], total: null, feedTime: null };
    for (;;) {
      const page = await this.#read(recordsPage(url, all.readings.length), at, signal);
      if ("problem" in page) return page;
      const { readings, total, feedTime } = page.value;
      all.readings.push(...readings);
      assertReachable(url, total ?? all.readings.length);
      all.feedTime = feedTime === null ? all.feedTime : Math.max(all.feedTime ?? feedTime, feedTime);
      if (readings.length === 0 || all.readings.length === total) return { value: all };
    }
  }

  #read(url: URL, at: number, signal: AbortSignal): Promise<Decoded<Rows>> {
    const known = this.#documents.get(url.href) ?? new RemoteDocument(this.#client, url, decodeRows);
    this.#documents.set(url.href, known);
    return known.read(at, signal);
  }
}
