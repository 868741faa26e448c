import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { velib } from "../../services/cli/testing/run-velib.ts";

/** Of util-linux. A process dies with the test run, also when that is killed: left alone it would go on for ever. */
const launcher = "setpriv";
/** How long after it ended by itself a process is started again, ms. */
const restartAfterMs = 500;
/** How long Kubernetes waits, unless told otherwise, before it kills a process that was asked to stop, ms. */
const longestStopMs = 30_000;

/**
 * A `velib` process under a supervisor that starts it again when it fails, as a kubelet does. What it logs is kept in
 * one file over all its lives.
 */
export class SupervisedProcess {
  readonly name: string;
  readonly #logFile: string;
  #args: readonly string[];
  #child: ChildProcess | null = null;
  #wanted = true;
  /** True when its work was done: exit code 0 without being asked to stop. */
  done = false;
  /** How often it failed by itself and was started again. */
  restarts = 0;
  /** Exit code of an end that a restart does not mend (2: configuration), else null. */
  hopeless: number | null = null;

  constructor(name: string, args: readonly string[], logFile: string) {
    this.name = name;
    this.#args = args;
    this.#logFile = logFile;
    this.#spawn();
  }

  get running(): boolean {
    return this.#child !== null;
  }

  /** Whether it runs, or is about to be started again. */
  get atWork(): boolean {
    return this.#wanted && !this.done && this.hopeless === null;
  }

  /** SIGKILL; resolves when it is gone. It stays away until `start`. */
  async kill(): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (child === null) return;
    const gone = once(child, "close");
    child.kill("SIGKILL");
    await gone;
  }

  /** Starts it, with other arguments if given. */
  start(args = this.#args): void {
    if (this.#child !== null) throw new Error(`${this.name} runs`);
    this.#args = args;
    this.#wanted = true;
    this.#spawn();
  }

  suspend(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  /** From here on it is not started again when it ends. */
  abandon(): void {
    this.#wanted = false;
  }

  /** Resolves with its exit code when it has ended by itself, null when it has not within the time. */
  async ended(timeoutMs: number): Promise<number | null> {
    const child = this.#child;
    if (child === null) return 0;
    const timeout = new AbortController();
    const code = await Promise.race([
      once(child, "close").then(([exitCode]) => Number(exitCode)),
      sleep(timeoutMs, null, { signal: timeout.signal }).catch(() => null),
    ]);
    timeout.abort();
    return code;
  }

  /** SIGTERM; its exit code. 0 when it had ended before, null when it has not ended in time and was killed. */
  async terminate(): Promise<number | null> {
    this.#wanted = false;
    const child = this.#child;
    if (child === null) return 0;
    child.kill("SIGTERM");
    const code = await this.ended(longestStopMs);
    if (code === null) await this.kill();
    return code;
  }

  /** Where its latest life answers probes; null before it says so. */
  probes(): string | null {
    const told = [...readFileSync(this.#logFile, "utf8").matchAll(/"probes":"([^"]+)"/g)];
    return told.at(-1)?.[1] ?? null;
  }

  /** The last lines it logged. */
  lastWords(lines = 5): string {
    return readFileSync(this.#logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }

  #spawn(): void {
    this.done = false;
    const log = openSync(this.#logFile, "a");
    const child = spawn(launcher, ["--pdeathsig", "KILL", process.execPath, velib, ...this.#args], {
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.#child = child;
    child.once("close", (code) => {
      this.#child = null;
      if (!this.#wanted) return;
      if (code === 0) this.done = true;
      else if (code === 2) this.hopeless = code;
      else this.#again();
    });
  }

  #again(): void {
    this.restarts++;
    setTimeout(() => {
      if (this.#wanted && this.#child === null) this.#spawn();
    }, restartAfterMs);
  }
}
