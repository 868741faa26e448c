import { setTimeout as sleep } from "node:timers/promises";
import { between, type Fault } from "./fault.ts";
import type { Command } from "./pipeline.ts";
import type { Stage } from "./progress.ts";
import type { SupervisedProcess } from "./supervised-process.ts";

const stageOf: Record<Command, Stage> = { produce: "produced", aggregate: "aggregated", archive: "archived" };

/** kill -9 of a process, which is started again at once. */
export function processKilled(command: Command, process: SupervisedProcess): Fault {
  return {
    kind: `kill -9 of velib ${command}`,
    stages: [stageOf[command]],
    strike: () => process.kill(),
    async mend() {
      process.start();
    },
  };
}

/** A consumer's session ends after 15 s of silence, a producer's transaction after 20 s. */
const beyondTheSession: Record<Command, readonly [number, number]> = {
  produce: [20_500, 24_000],
  aggregate: [15_500, 19_000],
  archive: [15_500, 19_000],
};

/** A process that stands still until the others have taken it for dead, and then goes on as if nothing had been. */
export function processSuspended(command: Command, process: SupervisedProcess): Fault {
  return {
    kind: `velib ${command} suspended beyond its session`,
    stages: [stageOf[command]],
    async strike() {
      process.suspend();
    },
    async mend(random) {
      await sleep(between(beyondTheSession[command], random));
      process.resume();
    },
  };
}

/**
 * A producer that stands still while another is started in its place, and then wakes up. It must end by itself, as
 * fenced, at its next poll. `places` are two that change roles with each fault; one of them runs.
 */
export function producerReplaced(places: readonly [SupervisedProcess, SupervisedProcess]): Fault {
  let [sleeping, replacing] = places;
  return {
    kind: "velib produce suspended and replaced",
    stages: ["produced"],
    async strike() {
      if (!sleeping.running) [sleeping, replacing] = [replacing, sleeping];
      sleeping.abandon();
      sleeping.suspend();
      replacing.start();
    },
    async mend(random) {
      await sleep(between([2_000, 8_000], random));
      sleeping.resume();
      const code = await sleeping.ended(60_000);
      if (code !== 1) throw new Error(`a replaced producer ended with ${code}, not with 1: ${sleeping.lastWords()}`);
      if (!sleeping.lastWords().includes("VELIB_PRODUCER_FENCED"))
        throw new Error(`not fenced: ${sleeping.lastWords()}`);
    },
  };
}
