import type { Observation } from "../observation/observation.ts";
import { places } from "../observation/observation.ts";

/** What a forecast starts from: a station at one moment. */
export interface StationMoment {
  bikes: number;
  docks: number;
  /** Occupancy's denominator, see `places`. */
  places: number;
  renting: boolean;
}

/**
 * One station's history, to be asked for its state at the times of polls. The history holds changes and keyframes
 * only: a state is carried to a later poll for less than the keyframe interval, because a station that is still
 * observed then has a record of its own.
 */
export class StationSeries {
  readonly station: string;
  readonly #carryMs: number;
  #length = 0;
  #at = new Float64Array(64);
  #bikes = new Int32Array(64);
  #docks = new Int32Array(64);
  #places = new Int32Array(64);
  #renting = new Uint8Array(64);
  /** Where the last search ended: times are mostly asked for in ascending order. */
  #cursor = 0;

  /** @param carryMs the keyframe interval of what wrote the history, ms */
  constructor(station: string, carryMs: number) {
    this.station = station;
    this.#carryMs = carryMs;
  }

  get length(): number {
    return this.#length;
  }

  /** Takes observations in ascending order of time. @throws RangeError for one that is not later than the last */
  add(observation: Observation): void {
    const n = this.#length;
    if (n > 0 && observation.at <= this.#at[n - 1]!) {
      throw new RangeError(`station ${this.station}: observation at ${observation.at} is not later than the last`);
    }
    if (n === this.#at.length) this.#grow();
    this.#at[n] = observation.at;
    this.#bikes[n] = observation.bikes;
    this.#docks[n] = observation.docks;
    this.#places[n] = places(observation);
    this.#renting[n] = Number(observation.renting);
    this.#length = n + 1;
  }

  /** The state at a poll (ms); null when the station was not observed there as far as the history tells. */
  state(poll: number): StationMoment | null {
    const i = this.#indexAt(poll);
    if (i < 0) return null;
    const age = poll - this.#at[i]!;
    if (age > 0 && age >= this.#carryMs) return null;
    return {
      bikes: this.#bikes[i]!,
      docks: this.#docks[i]!,
      places: this.#places[i]!,
      renting: this.#renting[i] === 1,
    };
  }

  /** Index of the last observation at or before a time; −1 before the first. */
  #indexAt(time: number): number {
    let i = Math.min(this.#cursor, this.#length - 1);
    while (i + 1 < this.#length && this.#at[i + 1]! <= time) i++;
    while (i >= 0 && this.#at[i]! > time) i--;
    this.#cursor = Math.max(i, 0);
    return i;
  }

  #grow(): void {
    const size = 2 * this.#at.length;
    this.#at = enlarged(this.#at, new Float64Array(size));
    this.#bikes = enlarged(this.#bikes, new Int32Array(size));
    this.#docks = enlarged(this.#docks, new Int32Array(size));
    this.#places = enlarged(this.#places, new Int32Array(size));
    this.#renting = enlarged(this.#renting, new Uint8Array(size));
  }
}

function enlarged<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
