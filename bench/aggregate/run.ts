/**
 * Aggregators side by side: CPU seconds per million observations, wall clock, windows/s. See README.md.
 *   eval "$(VELIB_TESTBED_JIT=full test/testbed/data-services/up.sh kafka)"
 *   node bench/aggregate/run.ts [--observations 5600000] [--rounds 3] [--program 'velib=COMMAND'] [--only velib,spark]
 * One JSON line a run on standard output, a table at the end on standard error.
 */
import { parseArgs } from "node:util";
import { Kafka, logLevel } from "kafkajs";
import type { StationWindow } from "../../core/windows/station-window.ts";
import { buildPeers } from "./build-peers.ts";
import { differences, keyOf, type WindowTable } from "./compare-windows.ts";
import { fill, type Load, type LoadSettings, observerA } from "./load.ts";
import { type Cost, measure } from "./measure.ts";
import { type Program, peers } from "./programs.ts";
import { type Measured, table } from "./table.ts";
import { createTopic, deleteTopics } from "./topics.ts";
import { readWhole } from "./whole-topic.ts";

const { values: options } = parseArgs({
  options: {
    observations: { type: "string", default: "5600000" },
    rounds: { type: "string", default: "3" },
    "keyframe-ms": { type: "string", default: "0" },
    "check-observations": { type: "string", default: "150000" },
    threads: { type: "string", default: "1" },
    batch: { type: "string", default: "600000" },
    program: { type: "string", multiple: true, default: [] },
    only: { type: "string" },
  },
});
const brokers = process.env.TEST_KAFKA_BROKERS;
if (!brokers) throw new Error('no Kafka: eval "$(VELIB_TESTBED_JIT=full test/testbed/data-services/up.sh kafka)"');

// an exit takes the running program with it
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.ERROR });
const name = `bench-${Date.now()}`;
const admin = kafka.admin();
await admin.connect();
try {
  const programs = chosen([...peers(await buildPeers()), ...options.program.map(given)]);
  await check(programs);
  await compete(programs);
} finally {
  await deleteTopics(admin, name);
  await admin.disconnect();
}

/** Every program must write the windows that the core's engine gives, on a small input. */
async function check(programs: readonly Program[]): Promise<void> {
  if (Number(options["check-observations"]) === 0) return;
  const input = `${name}-check`;
  const expected: WindowTable = new Map();
  await createTopic(admin, input);
  const settings = loadSettings(options["check-observations"]);
  const load = await fill(kafka, input, await observerA(), settings, (window) => expected.set(keyOf(window), window));
  for (const program of programs.filter(({ writesWindows }) => writesWindows)) {
    const output = `${input}-${program.name}`;
    // several micro-batches, so that state is stored and read back
    const cost = await run(program, { input, output, batch: Math.ceil(load.records / 4) }, load);
    const found: WindowTable = new Map();
    let messages = 0;
    await readWhole(kafka, output, ({ value }) => {
      const window: StationWindow = JSON.parse(String(value));
      found.set(keyOf(window), window);
      messages++;
    });
    const different = differences(expected, found);
    if (different.length > 0) throw new Error(`${program.name}: windows differ\n${different.join("\n")}`);
    report("check", program, load, cost, { equal: found.size, repeated: messages - found.size });
  }
  await deleteTopics(admin, input);
}

/** All programs in turn, several times. */
async function compete(programs: readonly Program[]): Promise<void> {
  const rounds = Number(options.rounds);
  if (rounds === 0) return;
  const input = `${name}-input`;
  await createTopic(admin, input);
  const load = await fill(kafka, input, await observerA(), loadSettings(options.observations));
  const all: Measured[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const program of programs) {
      const output = `${name}-${round}-${program.name}`;
      const cost = await run(program, { input, output, batch: Number(options.batch) }, load);
      await deleteTopics(admin, output);
      report("run", program, load, cost, { round });
      all.push({ program: program.name, load, cost, writesWindows: program.writesWindows });
    }
  }
  console.error(table(all));
}

function loadSettings(observations: string): LoadSettings {
  return { atLeast: Number(observations), keyframeMs: Number(options["keyframe-ms"]) };
}

function run(program: Program, settings: { input: string; output: string; batch: number }, load: Load): Promise<Cost> {
  const threads = Number(options.threads);
  return measure(admin, program, { ...settings, brokers: brokers ?? "", threads, windows: load.windows });
}

function report(kind: string, program: Program, load: Load, cost: Cost, more: Record<string, number>): void {
  const rounded = { cpuSeconds: round(cost.cpuSeconds), wallSeconds: round(cost.wallSeconds), written: cost.written };
  console.log(
    JSON.stringify({ kind, program: program.name, threads: Number(options.threads), ...load, ...rounded, ...more }),
  );
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}

function given(text: string): Program {
  const at = text.indexOf("=");
  if (at <= 0) throw new Error(`--program: expected NAME=COMMAND, got ${text}`);
  return { name: text.slice(0, at), command: text.slice(at + 1), writesWindows: true, endsByItself: false };
}

function chosen(programs: Program[]): Program[] {
  const names = options.only?.split(",");
  if (names === undefined) return programs;
  const unknown = names.filter((name) => !programs.some((program) => program.name === name));
  if (unknown.length > 0) throw new Error(`--only: there is no ${unknown.join(", ")}`);
  return programs.filter(({ name }) => names.includes(name));
}
