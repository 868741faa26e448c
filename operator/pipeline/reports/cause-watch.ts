import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { keyText, type ObjectKey } from "../../runtime/kube-object.ts";

/** Why components' pods are not ready, looked for in growing pauses while they are not. */
export interface CauseWatch {
  /** By component; empty before the first look. */
  of(key: ObjectKey): ReadonlyMap<string, string>;
  /**
   * Looks if it is time to.
   * @param unready components that have pods, too few of them ready
   * @returns in how many ms the next look is due; null: none is, all are ready
   */
  visit(
    key: ObjectKey,
    pipeline: VelibPipeline,
    unready: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<number | null>;
  forget(key: ObjectKey): void;
}

export interface CauseWatchSettings {
  readonly look: (
    pipeline: VelibPipeline,
    components: ReadonlySet<string>,
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, string>>;
  /** Pods that are ready by then are never looked at, ms. */
  readonly firstLookMs: number;
  readonly now: () => number;
  readonly random: () => number;
}

interface Watched {
  readonly unready: ReadonlySet<string>;
  readonly dueAt: number;
  /** Until the look after the next one, ms. */
  readonly pauseMs: number;
  readonly causes: ReadonlyMap<string, string>;
}

/** Pods can stay so for days, of a thousand pipelines at once. */
const LONGEST_PAUSE_MS = 60_000;
const none: ReadonlyMap<string, string> = new Map();

export function causeWatch({ look, firstLookMs, now, random }: CauseWatchSettings): CauseWatch {
  const watched = new Map<string, Watched>();

  return {
    of: (key) => watched.get(keyText(key))?.causes ?? none,
    forget: (key) => watched.delete(keyText(key)),
    async visit(key, pipeline, unready, signal) {
      const name = keyText(key);
      if (unready.size === 0) {
        watched.delete(name);
        return null;
      }
      const before = watched.get(name);
      const isNew = before === undefined || [...unready].some((component) => !before.unready.has(component));
      const entry = isNew
        ? { unready, dueAt: now() + firstLookMs, pauseMs: firstLookMs, causes: before?.causes ?? none }
        : { ...before, unready };
      watched.set(name, { ...entry, causes: only(entry.causes, unready) });
      if (now() < entry.dueAt) return entry.dueAt - now();
      const causes = await look(pipeline, unready, signal);
      const pauseMs = Math.min(LONGEST_PAUSE_MS, entry.pauseMs * 2);
      const waitMs = entry.pauseMs * (0.9 + random() / 5);
      watched.set(name, { unready, dueAt: now() + waitMs, pauseMs, causes });
      return waitMs;
    },
  };
}

function only(causes: ReadonlyMap<string, string>, components: ReadonlySet<string>): ReadonlyMap<string, string> {
  return new Map([...causes].filter(([component]) => components.has(component)));
}
