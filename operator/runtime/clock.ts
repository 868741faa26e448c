/** Time as the runtime sees it; tests pass one of their own. */
export interface Clock {
  /** Date and time, ms since the epoch: only for what is written into objects. */
  date(): number;
  /** Ms that never jump, also across a suspended process: for every duration and deadline. */
  now(): number;
  /** Calls back after `ms`; returns how to call that off. */
  after(ms: number, callback: () => void): () => void;
}

export const wallClock: Clock = {
  date: () => Date.now(),
  now: () => performance.now(),
  after(ms, callback) {
    // a longer time-out than an int32 fires at once (Node's TimeoutOverflowWarning)
    const timer = setTimeout(callback, Math.min(ms, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or at once when `signal` aborts. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const cancel = clock.after(ms, done);
    function done(): void {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
