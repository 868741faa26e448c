import { type BackOff, backOffMs } from "./back-off.ts";
import { type Clock, wallClock } from "./clock.ts";

/**
 * Keys that wait to be worked on. A key waits at most once, however often it is added; it is never given out to two
 * workers at a time: added meanwhile, it waits until `done`.
 */
export interface WorkQueue {
  add(key: string): void;
  /** Adds after `ms`, or sooner if it was to come sooner already. */
  addAfter(key: string, ms: number): void;
  /**
   * Adds after the back-off of one more failure, at least `atLeastMs`; gives the wait, ms. A failure while the retry of
   * the one before is still to come, as an event brought the key sooner, is not one more: that retry stands. Counted,
   * a few events in a second would put the next try off by minutes.
   */
  addFailed(key: string, atLeastMs?: number): number;
  /** It succeeded: the next failure is its first. */
  forget(key: string): void;
  /** The next key, when there is one; null once the queue is closed. */
  take(): Promise<string | null>;
  /** The worker is through with it. */
  done(key: string): void;
  /** Drops what waits; `take` gives null from now on. */
  close(): void;
  /** Keys that wait for a worker. */
  readonly depth: number;
  /** Seconds that each key now worked on has been so. */
  workedOnSeconds(): number[];
}

/** What is measured of a queue; `work-queue-metrics.ts` exports it. */
export interface WorkQueueObserver {
  onAdd(): void;
  onRetry(): void;
  /** Seconds from add to take. */
  onTake(waitedSeconds: number): void;
  /** Seconds from take to done. */
  onDone(workedSeconds: number): void;
}

export interface WorkQueueSettings {
  backOff?: BackOff;
  clock?: Clock;
  random?: () => number;
  observer?: WorkQueueObserver;
}

/**
 * 20 ms to 5 min, where controller-runtime has 5 ms to 1,000 s. A first retry below 20 ms meets the same stale cache
 * again: an event takes 5–20 ms to come round. And what was repaired outside (a quota, a webhook, a partner operator)
 * sends no event, so the cap is how long a user looks at an error that is gone: 17 min was too long. A thousand keys
 * that fail for good cost 3–7 tries a second.
 */
export const defaultBackOff: BackOff = { baseMs: 20, capMs: 300_000 };

export function createWorkQueue(settings: WorkQueueSettings = {}): WorkQueue {
  const { backOff = defaultBackOff, clock = wallClock, random = Math.random, observer } = settings;
  const waiting = new Map<string, number>();
  const working = new Map<string, number>();
  const addedMeanwhile = new Set<string>();
  const delayed = new Map<string, { dueAt: number; isRetry: boolean; cancel: () => void }>();
  const failures = new Map<string, number>();
  const takers: ((key: string | null) => void)[] = [];
  let closed = false;

  function enqueue(key: string): void {
    waiting.set(key, clock.now());
    const taker = takers.shift();
    if (taker) taker(next());
  }

  function next(): string | null {
    for (const [key, addedAt] of waiting) {
      waiting.delete(key);
      const now = clock.now();
      working.set(key, now);
      observer?.onTake((now - addedAt) / 1000);
      return key;
    }
    return null;
  }

  function add(key: string): void {
    if (closed || waiting.has(key) || addedMeanwhile.has(key)) return;
    observer?.onAdd();
    if (working.has(key)) addedMeanwhile.add(key);
    else enqueue(key);
  }

  function schedule(key: string, ms: number, isRetry: boolean): void {
    if (closed) return;
    if (ms <= 0) {
      add(key);
      return;
    }
    const dueAt = clock.now() + ms;
    const before = delayed.get(key);
    if (before && before.dueAt <= dueAt) return;
    before?.cancel();
    const cancel = clock.after(ms, () => {
      delayed.delete(key);
      add(key);
    });
    delayed.set(key, { dueAt, isRetry, cancel });
  }

  return {
    add,
    addAfter: (key, ms) => schedule(key, ms, false),
    addFailed(key, atLeastMs = 0) {
      observer?.onRetry();
      const before = delayed.get(key);
      if (before?.isRetry) return before.dueAt - clock.now();
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      const waitMs = Math.max(atLeastMs, backOffMs(backOff, count, random));
      schedule(key, waitMs, true);
      return waitMs;
    },
    forget: (key) => void failures.delete(key),
    async take() {
      if (closed) return null;
      return next() ?? new Promise((resolve) => takers.push(resolve));
    },
    done(key) {
      const takenAt = working.get(key);
      if (takenAt === undefined) return;
      working.delete(key);
      observer?.onDone((clock.now() - takenAt) / 1000);
      if (addedMeanwhile.delete(key) && !closed) enqueue(key);
    },
    close() {
      closed = true;
      waiting.clear();
      addedMeanwhile.clear();
      for (const { cancel } of delayed.values()) cancel();
      delayed.clear();
      for (const taker of takers.splice(0)) taker(null);
    },
    get depth() {
      return waiting.size;
    },
    workedOnSeconds: () => [...working.values()].map((takenAt) => (clock.now() - takenAt) / 1000),
  };
}
