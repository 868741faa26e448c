import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import type { Admin } from "kafkajs";
import type { Program } from "./programs.ts";
import { createTopic, sizeOf } from "./topics.ts";

/** What one run of a program cost. */
export interface Cost {
  /** Seconds of CPU of the program and its children, user and system. */
  cpuSeconds: number;
  /** From start to exit; of a program that is told to stop, to when it had written its last window. */
  wallSeconds: number;
  /** Offsets used in the output topic. */
  written: number;
}

export interface Run {
  brokers: string;
  input: string;
  /** Name of the output topic, which is made, and of the consumer group. */
  output: string;
  threads: number;
  /** Records in a micro-batch. */
  batch: number;
  /** Windows that have to be written. */
  windows: number;
}

const watchMs = 250;
/** So long after its last window a program that does not end by itself is told to. */
const quietMs = 3000;
const timeoutMs = 30 * 60_000;

/**
 * Runs a program on the whole input. It ends by itself when it has worked off the input, or is told to (SIGTERM) when
 * all its windows are there.
 * @throws when it fails, or writes less windows than there are
 */
export async function measure(admin: Admin, program: Program, run: Run): Promise<Cost> {
  if (program.writesWindows) await createTopic(admin, run.output);
  const dir = await mkdtemp(join(tmpdir(), "velib-bench-aggregate-"));
  const log = join(dir, "output.log");
  const started = performance.now();
  // bash knows what its children cost, whatever they started themselves
  const child = spawn("bash", ["-c", `trap : TERM; { ${program.command}; } 3>&-; code=$?; times >&3; exit $code`], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      BENCH_BROKERS: run.brokers,
      BENCH_INPUT: run.input,
      BENCH_OUTPUT: run.output,
      BENCH_GROUP: run.output,
      BENCH_DIR: dir,
      BENCH_THREADS: String(run.threads),
      BENCH_BATCH: String(run.batch),
    },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("bash could not be started");
  const kill = () => process.kill(-pid, "SIGKILL");
  process.once("exit", kill);
  const file = createWriteStream(log);
  const [, stdout, stderr, times] = child.stdio;
  if (!stdout || !stderr || !times || !("read" in times)) throw new Error("bash was started without its pipes");
  stdout.pipe(file, { end: false });
  stderr.pipe(file, { end: false });
  const cost = text(times);
  const exit = { at: 0, code: 0 };
  const closed = once(child, "close").then(([code]) => {
    process.off("exit", kill);
    exit.at = performance.now();
    exit.code = code;
  });
  let lastGrowth = 0;
  let toldToStop = false;
  for (let seen = 0; exit.at === 0; ) {
    await Promise.race([closed, pause(watchMs)]);
    if (exit.at === 0 && performance.now() - started > timeoutMs) kill();
    if (toldToStop || program.endsByItself || exit.at > 0) continue;
    const size = await sizeOf(admin, run.output);
    if (size > seen) lastGrowth = performance.now();
    seen = size;
    if (size < run.windows || performance.now() - lastGrowth < quietMs || child.exitCode !== null) continue;
    toldToStop = true;
    process.kill(-pid, "SIGTERM");
  }
  const written = program.writesWindows ? await sizeOf(admin, run.output) : 0;
  const isComplete = !program.writesWindows || written >= run.windows;
  if ((exit.code !== 0 && !toldToStop) || !isComplete) {
    throw new Error(
      `${program.name}: exit code ${exit.code}, ${written} of ${run.windows} windows written; see ${log}`,
    );
  }
  await rm(dir, { recursive: true });
  const wallMs = (toldToStop ? lastGrowth : exit.at) - started;
  return { cpuSeconds: cpuSeconds(await cost), wallSeconds: wallMs / 1000, written };
}

/** The second line of bash's `times`: user and system time of its children, as `0m1.234s 0m0.567s`. */
export function cpuSeconds(times: string): number {
  const [, children = ""] = times.split("\n");
  const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => {
    return Number(minutes) * 60 + Number(seconds);
  });
  if (parts.length !== 2) throw new Error(`expected bash's times, got ${JSON.stringify(times)}`);
  return parts.reduce((sum, part) => sum + part, 0);
}
