import type { RandomStream } from "../../core/simulation/random.ts";
import type { Stage } from "./progress.ts";

/** Something that goes wrong, and how it is put right again. */
export interface Fault {
  /** As the report counts it. */
  kind: string;
  /** What it holds up: it is recovered from when a poll that came after it has passed these. */
  stages: readonly Stage[];
  /** Resolves when it is in effect. */
  strike(random: RandomStream): Promise<void>;
  /** Resolves when its cause is gone and the next fault of the same kind may come. */
  mend(random: RandomStream): Promise<void>;
}

/** Faults that come one after the other; the lanes of a scenario run side by side. */
export interface Lane {
  /** Drawn like cards: each comes once before one comes again. */
  faults: readonly Fault[];
  count: number;
  /** Shortest and longest pause before each, ms. */
  pauseMs: readonly [number, number];
}

/** A fault that was, and how long it took until polls came through again. */
export interface Struck {
  kind: string;
  /** From the strike until a later poll had passed the stages, ms; null: there was no later poll. */
  recoveryMs: number | null;
}

export function between([least, most]: readonly [number, number], random: RandomStream): number {
  return least + random.share() * (most - least);
}
