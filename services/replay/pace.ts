import { pause } from "../producer/long-pause.ts";

/** How fast a recording is replayed: seconds of it per second; Infinity for as fast as possible. */
export type Pace = number;

/** `"max"`, `"1x"`, `"60x"`, which the configuration has checked. */
export function parsePace(text: string): Pace {
  if (text === "max") return Number.POSITIVE_INFINITY;
  const factor = Number(/^(\d+(?:\.\d+)?)x$/.exec(text)?.[1]);
  if (factor > 0) return factor;
  throw new TypeError(`not a pace: ${text}`);
}

/** Waits so that polls come out at the pace of the recording, from the first one asked for on. */
export class Pacer {
  readonly #pace: Pace;
  readonly #now: () => number;
  #first: { at: number; started: number } | null = null;

  /** @param now a clock, ms */
  constructor(pace: Pace, now: () => number) {
    this.#pace = pace;
    this.#now = now;
  }

  /** How long to wait before the poll of time `at`, ms. */
  waitMs(at: number): number {
    if (this.#pace === Number.POSITIVE_INFINITY) return 0;
    this.#first ??= { at, started: this.#now() };
    const due = this.#first.started + (at - this.#first.at) / this.#pace;
    return Math.max(0, due - this.#now());
  }

  /** Waits for the poll of time `at`, or until `signal` aborts. */
  async pause(at: number, signal: AbortSignal): Promise<void> {
    await pause(this.waitMs(at), signal);
  }
}
