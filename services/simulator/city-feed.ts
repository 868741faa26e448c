import type { City } from "../../core/simulation/city.ts";
import { layOutCity } from "../../core/simulation/city.ts";
import { hash32 } from "../../core/simulation/random.ts";
import type { CityState } from "../../core/simulation/simulation.ts";
import { Simulation } from "../../core/simulation/simulation.ts";

/** How far the second replica of the feed is behind, simulated ms. */
const replicaLagMs = 300_000;

/** The city as its feeds publish it: at whole intervals, by two replicas of which one is behind. */
export class CityFeed {
  readonly city: City;
  readonly intervalMs: number;
  /** Indexes of the stations in the order of the feed's rows, which is no order a reader could rely on. */
  readonly order: readonly number[];
  readonly #prompt: Simulation;
  #late: Simulation | null = null;

  constructor(seed: number, stations: number, intervalMs: number, at: number) {
    this.city = layOutCity(seed, stations);
    this.intervalMs = intervalMs;
    const keys = this.city.stations.map(({ code }) => hash32(seed, 0x04de, Number(code)));
    this.order = keys.map((_, index) => index).sort((a, b) => keys[a]! - keys[b]! || a - b);
    this.#prompt = new Simulation(this.city, at);
  }

  /** What is published at a simulated time, ms. */
  published(at: number): CityState {
    return this.#prompt.stateAt(this.#publication(at));
  }

  /** What the replica that is behind still publishes. */
  publishedLate(at: number): CityState {
    const late = this.#publication(at) - Math.max(replicaLagMs, 2 * this.intervalMs);
    this.#late ??= new Simulation(this.city, late);
    return this.#late.stateAt(late);
  }

  /** Simulated ms until the next publication. */
  untilNext(at: number): number {
    return this.#publication(at) + this.intervalMs - at;
  }

  #publication(at: number): number {
    return Math.floor(at / this.intervalMs) * this.intervalMs;
  }
}
