/**
 * Runs services side by side until all end, `signal` aborts, or one fails: then the others are stopped too, before
 * the connections that they share are closed.
 */
export async function runTogether(
  services: readonly ((signal: AbortSignal) => Promise<void>)[],
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const forward = () => stop.abort();
  if (signal.aborted) stop.abort();
  signal.addEventListener("abort", forward, { once: true });
  const runs = services.map((run) => run(stop.signal));
  try {
    await Promise.all(runs);
  } finally {
    stop.abort();
    await Promise.allSettled(runs);
    signal.removeEventListener("abort", forward);
  }
}
