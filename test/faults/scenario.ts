import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { RandomStream } from "../../core/simulation/random.ts";
import { uniqueName } from "../contracts/opened.ts";
import { until } from "../testbed/faults/until.ts";
import { directAddresses } from "./addresses.ts";
import type { Lane, Struck } from "./fault.ts";
import type { Ground, Servers } from "./ground.ts";
import { runLane } from "./lane.ts";
import { Pipeline, type ReplayedSource } from "./pipeline.ts";
import { Progress, type Stage } from "./progress.ts";
import { recordedStretch } from "./recorded-stretch.ts";
import type { Outcome } from "./report.ts";
import { compareTables } from "./same-tables.ts";
import { dropAll, withTables } from "./tables.ts";
import { Undisturbed } from "./undisturbed.ts";

/** How often a fault comes, in the whole campaign and in its slice. */
export type Times = (all: number, slice: number) => number;
/** How many polls are replayed, by how many in the whole campaign. */
export type Polls = (all: number) => number;

export interface Scenario {
  name: string;
  /** True where other scenarios of the slice have its faults too: it is left out there. */
  covered?: boolean;
  seed: number;
  /** Brokers, and with them replicas. */
  brokers: 1 | 3;
  partitions: number;
  /** The stretches of the recording that are replayed: polls before it, and polls. */
  stretches: readonly { source: string; skip: number; polls: number }[];
  /** Starts the processes; the faults that come over them. */
  prepare(ground: Ground): Promise<Lane[]>;
}

/** Some 500 of the 1,485 stations: windows enough, and what has to be compared in the end is not the longest part. */
const stations = 1 / 3;
/** One poll in a second; the recording's are 5 minutes apart. */
const pace = "300x";
/** Longer than an observation holds (10 min), so that what is known ends in some pauses. */
const longestPauseMs = 900_000;
const longestDrainMs = 300_000;
const days = Array.from({ length: 11 }, (_, i) => new Date(Date.UTC(2024, 9, 31 + i)).toISOString().slice(0, 10));
const stages: readonly Stage[] = ["produced", "aggregated", "archived"];

/**
 * Replays the stretches through real servers while the lanes' faults come over them, then as fast as it goes to the
 * end, and compares every table with that of a run without faults.
 */
export async function runScenario(
  scenario: Scenario,
  servers: Servers,
  recording: string,
  folder: string,
): Promise<Outcome> {
  const began = performance.now();
  const name = uniqueName(`faults-${scenario.seed}`).replaceAll("_", "-");
  const direct = directAddresses(servers.stores, servers.brokers);
  const sources: ReplayedSource[] = [];
  for (const { source, skip, polls } of scenario.stretches) {
    const settings = { skip, polls, stations, longestPauseMs };
    sources.push({ name: source, recording: await recordedStretch(recording, settings, join(folder, source)) });
  }
  const undisturbed = await Undisturbed.replay(sources, join(folder, "undisturbed"));
  const goal = await undisturbed.markers(sources);
  const { partitions, brokers: replication } = scenario;
  const pipeline = await Pipeline.prepare({ name, folder: join(folder, "pipeline"), partitions, replication, pace });
  const closes: (() => Promise<void>)[] = [];
  const atEnd = (close: () => Promise<void>) => closes.unshift(close);
  const tell = (line: string) => appendFileSync(join(folder, "faults.log"), `${new Date().toISOString()} ${line}\n`);
  atEnd(async () => undisturbed.close());
  atEnd(() => dropAll(name, direct));
  atEnd(() => pipeline.kill());
  try {
    const progress = await Progress.watch(direct, name);
    atEnd(() => progress.close());
    const lanes = await scenario.prepare({ ...servers, pipeline, direct, sources, atEnd });
    await until("the first polls in all tables", () => (reached(progress, 3) ? true : null), 120_000);

    const struck = await inflict(lanes, scenario.seed, progress, goal, tell);
    tell("the rest is replayed");
    await replayTheRest(pipeline);
    await until("every poll in all tables", () => drained(pipeline, progress, goal), longestDrainMs, 200);
    tell("every poll is in all tables");
    const codes = await pipeline.stop();
    tell("the processes have ended");

    const { compared, differences } = await withTables(name, direct, replication, (tables) =>
      compareTables(undisturbed.tables, tables, sources, days),
    );
    const failed = Object.entries(codes).filter(([, code]) => code !== 0);
    for (const [process, code] of failed) differences.push(`${process} ended with ${code} when asked to stop`);
    if (differences.length > 0) throw new Error(`${differences.length} differences:\n${differences.join("\n")}`);
    const seconds = (performance.now() - began) / 1000;
    const { restarts } = pipeline;
    return {
      scenario: scenario.name,
      struck,
      polls: goal - sources.length,
      compared,
      differences: 0,
      restarts,
      seconds,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${message}\nlogs: ${folder}\n${pipeline.lastWords()}`, { cause: error });
  } finally {
    for (const close of closes) await close();
  }
}

async function inflict(
  lanes: readonly Lane[],
  seed: number,
  progress: Progress,
  goal: number,
  tell: (line: string) => void,
): Promise<Struck[]> {
  const failed = new AbortController();
  const runs = lanes.map((lane, n) =>
    runLane(lane, new RandomStream(seed, n), progress, goal, failed.signal, tell).catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  const settled = await Promise.allSettled(runs);
  const broken = settled.find((one) => one.status === "rejected");
  if (broken !== undefined) throw broken.reason;
  return settled.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
}

/** Starts the producer that is at work anew, without pauses between the polls. */
async function replayTheRest(pipeline: Pipeline): Promise<void> {
  for (const process of pipeline.processes) {
    if (!process.name.startsWith("produce") || !process.atWork) continue;
    await process.kill();
    process.start(await pipeline.atFullPace(process.name));
  }
}

function drained(pipeline: Pipeline, progress: Progress, goal: number): true | null {
  pipeline.assertHopeful();
  return reached(progress, goal) ? true : null;
}

function reached(progress: Progress, markers: number): boolean {
  return stages.every((stage) => progress.at(stage) >= markers);
}
