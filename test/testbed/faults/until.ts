import { setTimeout as wait } from "node:timers/promises";

/**
 * Asks `attempt` again and again, every `everyMs`, until it gives a value; a thrown error counts as "not yet".
 * After `timeoutMs` it throws what was awaited, with the last error as cause.
 */
export async function until<T>(
  what: string,
  attempt: () => T | null | Promise<T | null>,
  timeoutMs: number,
  everyMs = 25,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await attempt();
      if (value !== null) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= deadline) throw new Error(`not seen in ${timeoutMs} ms: ${what}`, { cause });
    await wait(everyMs);
  }
}
