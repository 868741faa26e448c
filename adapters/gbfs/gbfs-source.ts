import type { Poll, UnreadablePoll } from "../../core/observation/reading.ts";
import type { Attribution, PolledSource } from "../../core/ports/source.ts";
import { attributionOfHost, unknownLicence } from "../attribution/known-networks.ts";
import { HttpClient, type HttpSettings } from "../http/http-client.ts";
import type { Decoded } from "../http/json-body.ts";
import { shownUrl } from "../http/shown-url.ts";
import { SourceError } from "../http/source-error.ts";
import { decodeDiscovery, type FeedUrls } from "./discovery.ts";
import { type Feeds, feedsAt, hourly } from "./feeds.ts";
import { SlowFeed } from "./slow-feed.ts";
import { type StatusBody, statusReading } from "./station-status.ts";
import type { VehicleTypes } from "./vehicle-types.ts";

export interface GbfsSettings extends HttpSettings {
  /** True when the server is a simulator. */
  simulated?: boolean;
}

/** A network's GBFS of version 1.x, 2.x or 3.0, found through its `gbfs.json`. */
export class GbfsSource implements PolledSource {
  readonly description: string;
  readonly simulated: boolean;
  readonly #url: URL;
  readonly #client: HttpClient;
  /** The `gbfs.json`; null until it is known whether the address is its own or its folder's. */
  #discovery: SlowFeed<FeedUrls> | null;
  #feeds: Feeds | null = null;
  #ttlMs: number | null = null;
  #attribution: Attribution;

  /** @param url of a `gbfs.json`, or of the folder it lies in */
  constructor(url: URL, settings: GbfsSettings = {}) {
    this.description = shownUrl(url);
    this.simulated = settings.simulated ?? false;
    this.#url = url;
    this.#client = new HttpClient(url, settings);
    this.#discovery = url.pathname.endsWith(".json") ? this.#discoveryAt(url) : null;
    this.#attribution = attributionOfHost(url.hostname) ?? unknownLicence(url.host, url.origin);
  }

  /** The `ttl` of the newest station_status. */
  get ttlMs(): number | null {
    return this.#ttlMs;
  }

  /** The system_information's from the first poll on, where it names a licence. */
  get attribution(): Attribution {
    return this.#attribution;
  }

  async poll(at: number, signal: AbortSignal): Promise<Poll | UnreadablePoll> {
    const urls = await this.#discover(at, signal);
    if ("problem" in urls) return { at, ...urls.problem };
    this.#feeds = feedsAt(urls.value, this.#feeds, this.#client);
    // Before the status: by which code a station goes must not depend on whether its information was reachable.
    const information = await this.#feeds.information.current(at, signal);
    if ("problem" in information) return { at, ...information.problem };
    const types = await this.#vehicleTypes(this.#feeds, at, signal);
    if ("problem" in types) return { at, ...types.problem };
    await this.#learnAttribution(this.#feeds, at, signal);
    const status = await this.#status(this.#feeds, at, signal);
    if ("problem" in status) return { at, ...status.problem };
    const { rows, feedTime, ttlMs } = status.value;
    this.#ttlMs = ttlMs;
    const context = { codes: information.value.codes, types: types.value };
    const readings = rows.map((row) => statusReading(row, context));
    return { at, readings, information: information.value.stations, feedTime };
  }

  async #discover(at: number, signal: AbortSignal): Promise<Decoded<FeedUrls>> {
    if (this.#discovery !== null) return this.#discovery.current(at, signal);
    const inFolder = this.#discoveryAt(gbfsJsonIn(this.#url));
    const urls = await unlessRefused(inFolder.current(at, signal));
    if (urls !== null && "value" in urls) {
      this.#discovery = inFolder;
      return urls;
    }
    const itself = this.#discoveryAt(this.#url);
    const own = await itself.current(at, signal);
    if ("value" in own) this.#discovery = itself;
    return own;
  }

  #discoveryAt(url: URL): SlowFeed<FeedUrls> {
    return new SlowFeed(this.#client, url, (body) => decodeDiscovery(body, url), hourly);
  }

  /** Some networks list a vehicle_types that they do not serve: then their rows say only totals. */
  async #vehicleTypes(feeds: Feeds, at: number, signal: AbortSignal): Promise<Decoded<VehicleTypes | null>> {
    if (feeds.vehicleTypes === null) return { value: null };
    return (await unlessRefused(feeds.vehicleTypes.current(at, signal))) ?? { value: null };
  }

  /** An attribution that can't be had stays what it was: it is shown as unknown, and no status is lost for it. */
  async #learnAttribution(feeds: Feeds, at: number, signal: AbortSignal): Promise<void> {
    if (feeds.systemInformation === null || attributionOfHost(this.#url.hostname) !== null) return;
    try {
      const attribution = await feeds.systemInformation.current(at, signal);
      if ("value" in attribution) this.#attribution = attribution.value;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
  }

  async #status(feeds: Feeds, at: number, signal: AbortSignal): Promise<Decoded<StatusBody>> {
    try {
      return await feeds.status.read(at, signal);
    } catch (error) {
      // The status may have moved.
      if (isRefusal(error)) this.#discovery?.expire();
      throw error;
    }
  }
}

/** The `gbfs.json` in a folder. */
export function gbfsJsonIn(folder: URL): URL {
  const file = new URL(folder);
  file.pathname = `${folder.pathname.replace(/\/$/, "")}/gbfs.json`;
  return file;
}

/** Whether a server answered that an address is not for us, as opposed to having a fault or being busy. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof SourceError) || error.status === null) return false;
  return error.status >= 400 && error.status < 500 && error.status !== 429;
}

async function unlessRefused<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}
