import { existsSync, type FSWatcher, watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Source } from "../../services/api/schema/source.ts";
import { until } from "../testbed/faults/until.ts";
import { uncommittedFrames } from "./half-written.ts";
import type { Moment } from "./kill-plan.ts";
import { type LogPosition, LogReader } from "./log-position.ts";
import { startVelib, type VelibProcess } from "./velib-process.ts";

const patienceMs = 120_000;
/** Writes of one commit follow each other faster than this, ms. */
const pauseMs = 1.5;

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
  /** Times of the recording's polls that count, ms, ascending. */
  readonly #polls: readonly number[];

  constructor(dir: string, recording: string, polls: readonly number[]) {
    this.#dir = dir;
    this.#recording = recording;
    this.#polls = polls;
  }

  start(): VelibProcess {
    const dir = this.#dir;
    return startVelib(["local", "--source", this.#recording, "--pace", "max", "--port", "0", "--data-dir", dir]);
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
    if (moment.after !== "start") await listening;
    if (moment.after === "poll" || moment.after === "write") await this.logged(moment.share);
    if (moment.after === "end") await this.finished(velib);
    if (moment.after === "write") await this.#writing(moment.burstMs);
    else await wait(moment.delayMs);
    const listenedMs = performance.now() - listeningSince;
    const { signal } = await velib.stop("SIGKILL");
    if (signal !== "SIGKILL") throw new Error("velib ended before it was killed");
    const uncommitted = uncommittedFrames(this.#walFile);
    return { phase: this.#phase(listenedMs, this.#position()), uncommitted };
  }

  /** Runs it to the recording's end, all of it in the results, and stops it as Ctrl-C does. */
  async runToEnd(): Promise<{ code: number | null; stderr: string }> {
    await using velib = this.start();
    await this.finished(velib);
    const { code, stderr } = await velib.stop("SIGINT");
    return { code, stderr };
  }

  /** Waits until a share of the recording's polls is in the log. */
  async logged(share: number): Promise<void> {
    using log = new LogReader(this.#dir);
    await until(
      `${share} of the recording in the log`,
      () => (this.#share(log.position()) >= share ? true : null),
      patienceMs,
      2,
    );
  }

  /** Waits until all of the recording and its end is in the results. */
  async finished(velib: VelibProcess): Promise<void> {
    const url = await velib.listening();
    await until("the recording's end in the results", async () => (await hasEnded(url)) || null, patienceMs);
  }

  get #walFile(): string {
    return join(this.#dir, "velib.sqlite-wal");
  }

  #position(): LogPosition {
    if (!existsSync(this.#walFile)) return { lastPollAt: null, ended: false };
    using log = new LogReader(this.#dir);
    return log.position();
  }

  #share({ lastPollAt }: LogPosition): number {
    return lastPollAt === null ? 0 : (this.#polls.indexOf(lastPollAt) + 1) / this.#polls.length;
  }

  /**
   * Waits until the write-ahead log has been written to for so long, as a commit of results does and one of a single
   * poll hardly; in a process that has no such thing left to do, for a second.
   */
  async #writing(burstMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let began = Number.NEGATIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    const watcher: FSWatcher = watch(this.#walFile, () => {
      const now = performance.now();
      if (now - last > pauseMs) began = now;
      last = now;
      if (now - began >= burstMs) resolve();
    });
    const stop = new AbortController();
    await Promise.race([promise, wait(1000, undefined, { signal: stop.signal }).catch(() => undefined)]);
    stop.abort();
    watcher.close();
  }

  #phase(listenedMs: number, position: LogPosition): Phase {
    if (!(listenedMs > 0)) return "before it listened";
    if (position.ended) return "after the last poll";
    if (this.#share(position) >= 0.95) return "in the last twentieth of the recording";
    return listenedMs < 1000 ? "within a second of listening" : "in the midst of the replay";
  }
}

async function hasEnded(url: string): Promise<boolean> {
  const response = await fetch(`${url}/v1/sources`);
  const { sources }: { sources: Source[] } = JSON.parse(await response.text());
  return sources[0]?.ended === true;
}
