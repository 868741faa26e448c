/** The longest wait a timer takes, ms; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Waits `ms`, however long that is, or until `signal` aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && !signal.aborted; left -= longestTimerMs) {
    await timer(Math.min(left, longestTimerMs), signal);
  }
}

function timer(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(handle);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const handle = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
