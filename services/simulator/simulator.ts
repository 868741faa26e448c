import { CallQuota } from "./call-quota.ts";
import { CityFeed } from "./city-feed.ts";
import { EncodedBodies } from "./encoded-bodies.ts";
import { FaultSwitches } from "./faults.ts";
import type { SimulatorSettings } from "./options.ts";

/** Everything that lives as long as the simulator: its clock, city, faults and counters. */
export class Simulator {
  readonly settings: SimulatorSettings;
  readonly feed: CityFeed;
  readonly faults: FaultSwitches;
  readonly quota: CallQuota;
  readonly bodies = new EncodedBodies();
  readonly #startedAt: number;

  constructor(settings: SimulatorSettings) {
    const { seed, stations, intervalMs, startAt, faults, callsPerDay } = settings;
    this.settings = settings;
    this.#startedAt = settings.now();
    this.feed = new CityFeed(seed, stations, intervalMs, startAt);
    this.faults = new FaultSwitches(seed, faults, startAt);
    this.quota = new CallQuota(callsPerDay);
  }

  /** The simulated time, ms since the epoch. */
  get at(): number {
    const { now, startAt, speed } = this.settings;
    return Math.floor(startAt + (now() - this.#startedAt) * speed);
  }

  /** Real seconds, rounded up, that a stretch of simulated time takes. */
  realSeconds(simulatedMs: number): number {
    return Math.ceil(simulatedMs / 1000 / this.settings.speed);
  }
}
