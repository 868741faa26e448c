import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { velib } from "../../services/cli/testing/run-velib.ts";

/** How a command ended, and what it wrote. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Where and as whom a command runs. */
export type RunOptions = Pick<SpawnOptions, "cwd" | "uid" | "gid">;

/** Runs the command to its end. */
export function runVelib(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return startVelib(args, options).ended;
}

/** Starts the command as a process of its own. */
export function startVelib(args: readonly string[], options: RunOptions = {}): VelibProcess {
  return new VelibProcess(spawnVelib(args, options));
}

/** SHA-256 of what the command writes to standard output, and its number of lines. For outputs too long to keep. */
export async function hashOfOutput(args: readonly string[]): Promise<{ sha256: string; lines: number }> {
  const child = spawnVelib(args, {});
  const closed = once(child, "close");
  const stderr = textOf(child.stderr);
  const hash = createHash("sha256");
  let lines = 0;
  await pipeline(child.stdout ?? Readable.from([]), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
    }
  });
  const [code] = await closed;
  if (code !== 0) throw new Error(`velib ${args.join(" ")} ended with ${code}: ${stderr()}`);
  return { sha256: hash.digest("hex"), lines };
}

/** A running command. Disposing of it kills it, so that no test leaves one behind. */
export class VelibProcess implements AsyncDisposable {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #stdout: () => string;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#stdout = textOf(child.stdout);
    const stderr = textOf(child.stderr);
    this.ended = once(child, "close").then(([code, signal]) => {
      return { code, signal, stdout: this.#stdout(), stderr: stderr() };
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The address that `velib local` prints once it listens; null before that. */
  get url(): string | null {
    return /console {2}(http:\S+)\//.exec(this.#stdout())?.[1] ?? null;
  }

  /** @throws Error with what the command said, when it ends without listening */
  async listening(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const look = () => {
      if (this.url !== null) resolve(this.url);
    };
    this.#child.stdout?.on("data", look);
    look();
    const failed = this.ended.then(({ code, stderr }) => {
      throw new Error(`velib ended with ${code} before it listened: ${stderr}`);
    });
    failed.catch(() => undefined);
    return Promise.race([promise, failed]);
  }

  /** Sends a signal to this very process and waits for its end. */
  async stop(signal: NodeJS.Signals): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) await this.stop("SIGKILL");
  }
}

function spawnVelib(args: readonly string[], options: RunOptions): ChildProcess {
  return spawn(process.execPath, [velib, ...args], { ...options, stdio: ["ignore", "pipe", "pipe"] });
}

function textOf(stream: Readable | null): () => string {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
