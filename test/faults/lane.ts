import { setTimeout as sleep } from "node:timers/promises";
import type { RandomStream } from "../../core/simulation/random.ts";
import { between, type Fault, type Lane, type Struck } from "./fault.ts";
import type { Progress } from "./progress.ts";

/** Longest wait for a poll to come through after a fault, ms. */
const longestRecoveryMs = 180_000;

/**
 * Inflicts the faults of a lane, each when the one before is mended and recovered from.
 * @param tell called with what happens, at once
 */
export async function runLane(
  lane: Lane,
  random: RandomStream,
  progress: Progress,
  goal: number,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<Struck[]> {
  const struck: Struck[] = [];
  let deck: Fault[] = [];
  for (let n = 0; n < lane.count && !signal.aborted; n++) {
    await sleep(between(lane.pauseMs, random), undefined, { signal }).catch(() => undefined);
    if (deck.length === 0) deck = [...lane.faults];
    const [fault] = deck.splice(random.below(deck.length), 1);
    if (fault === undefined || signal.aborted) break;
    tell(`${fault.kind}: strikes`);
    await fault.strike(random);
    const began = performance.now();
    const watch = new AbortController();
    const recovered = recovery(fault.stages, progress, goal, AbortSignal.any([signal, watch.signal]));
    try {
      await fault.mend(random);
      tell(`${fault.kind}: mended`);
      const later = await Promise.race([recovered, timeout(watch.signal, fault.kind, progress)]);
      const recoveryMs = later ? later.at - began : null;
      tell(
        `${fault.kind}: recovered from after ${recoveryMs === null ? "the last poll" : `${Math.round(recoveryMs)} ms`}`,
      );
      struck.push({ kind: fault.kind, recoveryMs });
    } finally {
      watch.abort();
    }
  }
  return struck;
}

/** Resolves when a poll that came after now has passed the stages; null when there is none to come. */
async function recovery(
  stages: readonly ("produced" | "aggregated" | "archived")[],
  progress: Progress,
  goal: number,
  signal: AbortSignal,
): Promise<{ at: number } | null> {
  const before = await progress.freshlyProduced(signal);
  if (before >= goal) return null;
  while (stages.some((stage) => progress.at(stage) <= before) && !signal.aborted) await sleep(20);
  return { at: performance.now() };
}

async function timeout(signal: AbortSignal, kind: string, progress: Progress): Promise<never> {
  await sleep(longestRecoveryMs, undefined, { signal });
  const at = (["produced", "aggregated", "archived"] as const).map((stage) => `${stage} ${progress.at(stage)}`);
  throw new Error(`no poll came through for ${longestRecoveryMs} ms after: ${kind}; ${at.join(", ")}`);
}
