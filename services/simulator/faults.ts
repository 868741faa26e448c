import { VelibError } from "../../core/errors.ts";
import { share } from "../../core/simulation/random.ts";

/** What can go wrong, and what a rate of it means; all but "frozen" are drawn for each request. */
export const faults = {
  "too-many-requests": "the answer is 429 with Retry-After",
  "server-error": "the answer is 500",
  "truncated-body": "the body ends, or the connection breaks, before its end",
  "null-columns": "Opendatasoft: whole columns are null, as in the real feed's bad moments",
  frozen: "share of the ten-minute spans in which the published data stands still",
  "disagreeing-replicas": "the answer comes from a replica that is five minutes behind",
  duplicates: "about one row in twenty is there twice",
  slow: "the answer is held back for some seconds",
  "users-error": 'users API: the answer is 200 with {"error": …}',
} as const;

export type FaultName = keyof typeof faults;
/** From 0 (never) to 1 (always). */
export type FaultRates = Record<FaultName, number>;

export const faultNames = Object.keys(faults).filter(isFaultName);
const frozenSpanMs = 600_000;

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(faults, name);
}

/**
 * Complete rates from some of them; what is not named is 0.
 * @throws VelibError VELIB_CONFIG_INVALID for an unknown fault or a rate that is none.
 */
export function faultRates(given: unknown): FaultRates {
  const rates: FaultRates = {
    "too-many-requests": 0,
    "server-error": 0,
    "truncated-body": 0,
    "null-columns": 0,
    frozen: 0,
    "disagreeing-replicas": 0,
    duplicates: 0,
    slow: 0,
    "users-error": 0,
  };
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new VelibError("VELIB_CONFIG_INVALID", 'simulator faults: give an object such as {"server-error": 0.1}');
  }
  for (const [name, rate] of Object.entries(given)) {
    if (!isFaultName(name)) {
      throw new VelibError("VELIB_CONFIG_INVALID", `simulator fault ${name}: unknown; use ${faultNames.join(", ")}`);
    }
    if (typeof rate !== "number" || !(rate >= 0 && rate <= 1)) {
      throw new VelibError("VELIB_CONFIG_INVALID", `simulator fault ${name}: rate ${rate}; give a number from 0 to 1`);
    }
    rates[name] = rate;
  }
  return rates;
}

/** One request's share of the seeded fault draws: the n-th request meets the same faults in every run. */
export interface RequestFaults {
  meets(name: FaultName): boolean;
  /** A number in [0, 1) that belongs to the request and the purpose. */
  share(purpose: number): number;
}

/** The faults that are switched on, and the draws that decide which request meets them. */
export class FaultSwitches {
  readonly #seed: number;
  #rates: FaultRates;
  /** Simulated ms: no span is frozen that began before. */
  #since: number;
  #requests = 0;

  constructor(seed: number, rates: FaultRates, at: number) {
    this.#seed = seed;
    this.#rates = rates;
    this.#since = at;
  }

  get rates(): FaultRates {
    return { ...this.#rates };
  }

  /** Switches to other rates at a simulated time, ms. */
  switchTo(rates: FaultRates, at: number): void {
    this.#rates = rates;
    this.#since = at;
  }

  /** The draws of the next request. */
  nextRequest(): RequestFaults {
    const request = this.#requests++;
    const draw = (purpose: number) => share(this.#seed, 0xfa17, request, purpose);
    return {
      meets: (name) => draw(faultNames.indexOf(name)) < this.#rates[name],
      share: (purpose) => draw(1000 + purpose),
    };
  }

  /** Until when the published data has moved, at a simulated time (ms): that time itself where it is not frozen. */
  movedUntil(at: number): number {
    let span = Math.floor(at / frozenSpanMs);
    if (!this.#isFrozen(span)) {
      return at;
    }
    while (this.#isFrozen(span - 1) && span * frozenSpanMs > this.#since) {
      span--;
    }
    return Math.max(this.#since, span * frozenSpanMs);
  }

  #isFrozen(span: number): boolean {
    return share(this.#seed, 0xf407, span) < this.#rates.frozen;
  }
}
