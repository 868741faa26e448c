import { setImmediate as nextTurn } from "node:timers/promises";
import { recogniseSource } from "../../adapters/source-url/recognise.ts";
import type { Attribution, PolledSource } from "../../core/ports/source.ts";
import type { SourceDescription } from "../api/source-description.ts";
import { pollSource } from "../producer/poll-loop.ts";
import type { RunningSimulator } from "../simulator/server.ts";
import { startSimulator } from "../simulator/server.ts";
import type { RunContext, RunnableSource } from "./runnable-source.ts";

export const simulatedAttribution: Attribution = {
  text: "Simulated by velib: no real city",
  licence: "CC0",
  url: null,
};

export interface SimulatedCity {
  stations: number;
  seed: number;
}

/** How much of the city's past is made up at the start, so that there are hours to look at from the first minute, ms. */
const pastMs = 3 * 3_600_000;
/** Its polls are at least so far apart: a city that is polled every second would be busy for minutes with its past. */
const pastStepMs = 60_000;

/**
 * A simulated city as a source: served by a simulator in this process and polled over HTTP like
 * any other, so that what is shown has gone through the whole pipeline.
 */
export class SimulatedSource implements RunnableSource {
  readonly description: SourceDescription;
  readonly holdMs: number;
  readonly #simulator: RunningSimulator;
  readonly #source: PolledSource;
  readonly #clock: SimulatedClock;

  private constructor(
    description: SourceDescription,
    holdMs: number,
    simulator: RunningSimulator,
    source: PolledSource,
    clock: SimulatedClock,
  ) {
    this.description = description;
    this.holdMs = holdMs;
    this.#simulator = simulator;
    this.#source = source;
    this.#clock = clock;
  }

  static async start(
    name: string,
    city: SimulatedCity,
    times: { intervalMs: number; holdMs: number },
    now: () => number,
  ): Promise<SimulatedSource> {
    const clock = new SimulatedClock(now);
    const simulator = await startSimulator({ port: 0, ...city, now: () => clock.now() });
    const settings = { simulated: true };
    const source = await recogniseSource(simulator.exportUrl, settings, now(), new AbortController().signal);
    const description: SourceDescription = {
      name,
      kind: "simulator",
      description: `a simulated city of ${city.stations} stations`,
      attribution: simulatedAttribution,
      simulated: true,
      intervalMs: times.intervalMs,
    };
    return new SimulatedSource(description, times.holdMs, simulator, source, clock);
  }

  async run({ producer, lastPollAt, now, random, logger, metrics, signal }: RunContext): Promise<void> {
    const { intervalMs } = this.description;
    const start = Math.max(now() - pastMs, (lastPollAt ?? 0) + intervalMs);
    const step = Math.max(intervalMs, pastStepMs);
    for (let at = start; at < now() - step && !signal.aborted; at += step) {
      this.#clock.set(at);
      const poll = await unlessAborted(this.#source.poll(at, signal), signal);
      if (poll === null) return;
      await producer.take(poll);
      await nextTurn();
    }
    this.#clock.release();
    await pollSource(this.#source, producer, { intervalMs, now, random, logger, metrics, signal });
  }

  async close(): Promise<void> {
    await this.#simulator.close();
  }
}

/** What comes of a poll; null when it was given up because the process is to stop. */
async function unlessAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

/** The wall clock, until it is set to another time. */
class SimulatedClock {
  readonly #wallClock: () => number;
  #set: number | null = null;

  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
  }

  now(): number {
    return this.#set ?? this.#wallClock();
  }

  set(at: number): void {
    this.#set = at;
  }

  release(): void {
    this.#set = null;
  }
}
