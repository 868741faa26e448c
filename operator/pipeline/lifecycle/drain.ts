import type { VelibPipelineStatus } from "../../api/pipeline-status.ts";
import type { Activity } from "../workloads/workload-settings.ts";

type Drained = NonNullable<VelibPipelineStatus["drained"]>;
export type Offset = Drained["offsets"][number];

/** What is left to do for one component that consumes the log. */
export interface ConsumerBacklog {
  /** Records not worked off, of all partitions of what it reads. */
  readonly lag: number;
  /** The end of each partition. */
  readonly offsets: readonly Offset[];
}

/** What is known of a pipeline that is to stop. */
export interface DrainView {
  readonly suspend: boolean;
  /** That it had been worked off, as the status says. */
  readonly wasDrained: boolean;
  /** Components that consume and have pods. */
  readonly consumers: readonly string[];
  /** No producer ran any more when the backlogs were asked for; null: not asked yet. */
  readonly producersGone: boolean | null;
  /** By component; absent where nobody answered. */
  readonly backlogs: ReadonlyMap<string, ConsumerBacklog>;
}

export type DrainPhase =
  | { readonly phase: "Running" }
  | { readonly phase: "ProducersStopping" }
  /** `unknown`: components that don't say how far they are. */
  | { readonly phase: "WorkingOff"; readonly unknown: readonly string[] }
  /** All was worked off just now. */
  | { readonly phase: "WorkedOff"; readonly offsets: readonly Offset[] }
  /** It was worked off before. */
  | { readonly phase: "Drained" }
  /** There is nobody to work anything off: what is in the log stays there until the pipeline goes on. */
  | { readonly phase: "NothingConsumes" };

/**
 * How far the stop is: producers first, then, with the backlog worked off, the consumers. A backlog counts only when it
 * was asked for after the last producer had gone: what is at the end of the log then is the end.
 */
export function drainPhase(view: DrainView): DrainPhase {
  const { suspend, wasDrained, consumers, producersGone, backlogs } = view;
  if (!suspend) return { phase: "Running" };
  if (wasDrained) return { phase: "Drained" };
  if (consumers.length === 0) return { phase: "NothingConsumes" };
  if (producersGone !== true) return { phase: "ProducersStopping" };
  const unknown = consumers.filter((consumer) => !backlogs.has(consumer));
  const known = consumers.flatMap((consumer) => backlogs.get(consumer) ?? []);
  if (unknown.length > 0 || known.some(({ lag }) => lag > 0)) return { phase: "WorkingOff", unknown };
  return { phase: "WorkedOff", offsets: mergedOffsets(known) };
}

/** What may run in a phase. Who just finished runs on until the status says so: a crash in between must not lose it. */
export function activityIn({ phase }: DrainPhase): Activity {
  if (phase === "Running") return { producing: true, consuming: true };
  return { producing: false, consuming: phase !== "Drained" && phase !== "NothingConsumes" };
}

/** Every partition once, in order; two groups that read one topic see the same end. */
function mergedOffsets(backlogs: readonly ConsumerBacklog[]): Offset[] {
  const byPlace = new Map<string, Offset>();
  for (const offset of backlogs.flatMap(({ offsets }) => offsets)) {
    const place = `${offset.topic}/${offset.partition}`;
    const before = byPlace.get(place);
    if (before === undefined || BigInt(before.offset) < BigInt(offset.offset)) byPlace.set(place, offset);
  }
  return [...byPlace.values()].sort((a, b) =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
  );
}
