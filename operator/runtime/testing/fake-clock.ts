import type { Clock } from "../clock.ts";

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Goes on by `ms`, calling back whatever is due on the way, each at its time and with its promises settled. */
  advance(ms: number): Promise<void>;
  /** Time passes and nothing is called back, as when the process is suspended. */
  jump(ms: number): void;
  /** How many callbacks wait. */
  readonly waiting: number;
}

/** Starts at `date` (ms since the epoch); `now()` starts at 0. */
export function fakeClock(date = Date.UTC(2026, 0, 5, 12)): FakeClock {
  const timers = new Set<{ at: number; callback: () => void }>();
  let elapsed = 0;

  async function settle(): Promise<void> {
    // promises resolved by a callback run before the next one is due
    for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  function nextDue(until: number) {
    let next: { at: number; callback: () => void } | null = null;
    for (const timer of timers) if (timer.at <= until && (next === null || timer.at < next.at)) next = timer;
    return next;
  }

  return {
    date: () => date + elapsed,
    now: () => elapsed,
    after(ms, callback) {
      const timer = { at: elapsed + Math.max(0, ms), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const until = elapsed + ms;
      await settle();
      for (let timer = nextDue(until); timer !== null; timer = nextDue(until)) {
        timers.delete(timer);
        elapsed = Math.max(elapsed, timer.at);
        timer.callback();
        await settle();
      }
      elapsed = until;
    },
    jump(ms) {
      elapsed += ms;
    },
    get waiting() {
      return timers.size;
    },
  };
}
