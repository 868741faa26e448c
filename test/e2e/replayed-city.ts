import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Source } from "../../services/api/schema/source.ts";
import { until } from "../testbed/faults/until.ts";
import { uncommittedFrames } from "./half-written.ts";
import type { Moment } from "./kill-plan.ts";
import { startVelib, type VelibProcess } from "./velib-process.ts";

const patienceMs = 120_000;

/** Where in its run a process was killed. */
export type Phase =
  | "before it listened"
  | "within a second of listening"
  | "in the midst of the replay"
  | "in the last twentieth of the recording"
  | "after the last poll";

export interface Kill {
  phase: Phase;
  /** Frames of a transaction that it was writing. */
  uncommitted: number;
}

/** `velib local` replaying a recording into a data dir at full speed; started again and again. */
export class ReplayedCity {
  readonly #dir: string;
  readonly #recording: string;
  /** Polls of the recording that count. */
  readonly #polls: number;

  constructor(dir: string, recording: string, polls: number) {
    this.#dir = dir;
    this.#recording = recording;
    this.#polls = polls;
  }

  start(): VelibProcess {
    const { recording, dir } = { recording: this.#recording, dir: this.#dir };
    return startVelib(["local", "--source", recording, "--pace", "max", "--port", "0", "--data-dir", dir]);
  }

  /** Starts it, waits for the moment and kills it with SIGKILL. */
  async startAndKill(moment: Moment): Promise<Kill> {
    await using velib = this.start();
    let listeningSince = Number.POSITIVE_INFINITY;
    const listening = velib.listening().then(
      () => {
        listeningSince = performance.now();
      },
      // Killed before.
      () => undefined,
    );
    let source: Source | null = null;
    if (moment.after !== "start") {
      await listening;
      source = await this.reached(velib, moment.after === "end" ? "ended" : moment.share);
    }
    if (moment.after === "write") await this.#writes(moment.writes);
    else await wait(moment.delayMs);
    const listenedMs = performance.now() - listeningSince;
    const { signal } = await velib.stop("SIGKILL");
    if (signal !== "SIGKILL") throw new Error("velib ended before it was killed");
    return { phase: this.#phase(listenedMs, source), uncommitted: uncommittedFrames(this.#walFile) };
  }

  /** Runs it to the recording's end, all of it in the results, and stops it as Ctrl-C does. */
  async runToEnd(): Promise<{ source: Source; code: number | null }> {
    await using velib = this.start();
    const source = await this.reached(velib, "ended");
    const { code } = await velib.stop("SIGINT");
    return { source, code };
  }

  /** Waits until a share of the recording's polls, or all of it and its end, is in the results. */
  async reached(velib: VelibProcess, goal: number | "ended"): Promise<Source> {
    const url = await velib.listening();
    return until(
      `${goal} of the recording in the results`,
      async () => {
        const source = await onlySource(url);
        const isReached = goal === "ended" ? source?.ended : (source?.health?.polls ?? 0) >= goal * this.#polls;
        return source !== null && isReached === true ? source : null;
      },
      patienceMs,
    );
  }

  get #walFile(): string {
    return join(this.#dir, "velib.sqlite-wal");
  }

  /** Waits for so many writes to the write-ahead log; in a process that has nothing left to write, for a second. */
  async #writes(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let left = count;
    const watcher: FSWatcher = watch(this.#walFile, () => {
      left--;
      if (left <= 0) resolve();
    });
    const stop = new AbortController();
    await Promise.race([promise, wait(1000, undefined, { signal: stop.signal }).catch(() => undefined)]);
    stop.abort();
    watcher.close();
  }

  #phase(listenedMs: number, source: Source | null): Phase {
    if (source?.ended === true) return "after the last poll";
    if ((source?.health?.polls ?? 0) >= 0.95 * this.#polls) return "in the last twentieth of the recording";
    if (!(listenedMs > 0)) return "before it listened";
    return listenedMs < 1000 ? "within a second of listening" : "in the midst of the replay";
  }
}

async function onlySource(url: string): Promise<Source | null> {
  const response = await fetch(`${url}/v1/sources`);
  const body: { sources: Source[] } = JSON.parse(await response.text());
  return body.sources[0] ?? null;
}
