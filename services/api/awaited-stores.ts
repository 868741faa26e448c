import type { DeadLetters } from "../../core/ports/dead-letters.ts";
import type { ResultStore } from "../../core/ports/result-store.ts";
import { ApiError } from "./errors.ts";

/** What the routes read results by. */
export type ReadResults = Pick<ResultStore, "stationWindows" | "zoneWindows" | "stations" | "station" | "sources">;
export type ReadDeadLetters = Pick<DeadLetters, "list" | "counts">;

/** A store that requests wait for no longer than it takes to say that it is not there yet. */
class Awaited<Store> {
  readonly #what: string;
  #store: Store | null = null;

  constructor(what: string) {
    this.#what = what;
  }

  connected(store: Store): void {
    this.#store = store;
  }

  /** @throws ApiError not_ready until the store is connected */
  protected get store(): Store {
    if (this.#store !== null) return this.#store;
    throw new ApiError("not_ready", `${this.#what} can't be read yet; /readyz says why, try again later`);
  }
}

/** Results whose server may still have to answer: the port is opened first, so that probes are answered. */
export class AwaitedResults extends Awaited<ReadResults> implements ReadResults {
  constructor() {
    super("the results");
  }

  stationWindows(...[query]: Parameters<ReadResults["stationWindows"]>) {
    return this.store.stationWindows(query);
  }

  zoneWindows(...[query]: Parameters<ReadResults["zoneWindows"]>) {
    return this.store.zoneWindows(query);
  }

  async stations(...[query]: Parameters<ReadResults["stations"]>) {
    return this.store.stations(query);
  }

  async station(...[source, station]: Parameters<ReadResults["station"]>) {
    return this.store.station(source, station);
  }

  async sources() {
    return this.store.sources();
  }
}

/** The same of the dead letters: all other routes do without them. */
export class AwaitedDeadLetters extends Awaited<ReadDeadLetters> implements ReadDeadLetters {
  constructor() {
    super("the dead letters");
  }

  async list(...[query]: Parameters<ReadDeadLetters["list"]>) {
    return this.store.list(query);
  }

  async counts() {
    return this.store.counts();
  }
}
