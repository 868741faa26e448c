import { apiUrl, fetchSources } from "./api.ts";
import { type Connection, followLive } from "./live-stream.ts";
import { mergeSources, mergeStations, replaceStations, type Stations } from "./merge.ts";
import { keepReaderToken, readerToken, Unauthorised } from "./reader-token.ts";
import type { Source } from "./station.ts";
import { sortedStations } from "./station-search.ts";
import { totals } from "./totals.ts";

/** How often freshness is asked for: while a feed stands still the stream has nothing to tell. */
const freshnessEveryMs = 20_000;

/** Everything the page knows, kept current from `/v1/live` and `/v1/sources`. */
export class Network {
  stations = $state.raw<Stations>(new Map());
  sources = $state.raw<readonly Source[]>([]);
  connection = $state.raw<Connection>("connecting");
  /** True once a full state has come. */
  known = $state.raw(false);
  /** The API asks for a token: "refused" when one was given that it does not know. */
  locked = $state.raw<"unknown" | "refused" | null>(null);
  /** The browser's clock, ms; moves once a second so that ages do. */
  now = $state.raw(Date.now());

  #stop = (): void => {};

  readonly sorted = $derived(sortedStations(this.stations.values()));
  readonly totals = $derived(totals(this.stations.values()));

  /** Seconds since the source's data last moved, as of now; null before its first poll. */
  dataAge(source: Source): number | null {
    return source.dataAgeSeconds === null ? null : source.dataAgeSeconds + this.#sinceReceived(source);
  }

  /** Seconds since the source's last poll that counted, as of now. */
  pollAge(source: Source): number | null {
    return source.pollAgeSeconds === null ? null : source.pollAgeSeconds + this.#sinceReceived(source);
  }

  /** The page's clock moves in seconds, so a message can be newer than it; a recording's does not move at all. */
  #sinceReceived(source: Source): number {
    return source.recorded ? 0 : Math.max(0, this.now - source.receivedAt) / 1000;
  }

  /** Follows the API until the returned function is called. */
  follow(): () => void {
    this.#stop = this.#followLive();
    const clock = window.setInterval(() => {
      this.now = Date.now();
    }, 1_000);
    const freshness = window.setInterval(() => this.#refreshSources(), freshnessEveryMs);
    return () => {
      this.#stop();
      window.clearInterval(clock);
      window.clearInterval(freshness);
    };
  }

  /** Asks anew with a reader's token. */
  signIn(token: string): void {
    keepReaderToken(token);
    this.locked = null;
    this.#stop();
    this.#stop = this.#followLive();
  }

  #lock(): void {
    this.locked = readerToken() === null ? "unknown" : "refused";
  }

  #followLive(): () => void {
    return followLive(apiUrl("v1/live"), {
      onConnection: (connection) => {
        this.connection = connection;
      },
      onState: (message) => {
        this.stations = replaceStations(this.stations, message.stations);
        this.sources = message.sources;
        this.known = true;
      },
      onChanges: (message) => {
        this.stations = mergeStations(this.stations, message.stations);
        this.sources = mergeSources(this.sources, message.sources);
      },
      onUnauthorised: () => this.#lock(),
    });
  }

  async #refreshSources(): Promise<void> {
    if (this.locked !== null) return;
    try {
      this.sources = await fetchSources();
    } catch (error) {
      if (error instanceof Unauthorised) this.#lock();
      // Unreachable: the stream's own state says so on the page, and the ages go on growing.
    }
  }
}
