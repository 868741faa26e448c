import { setTimeout as sleep } from "node:timers/promises";
import { backOffMs } from "../../adapters/http/back-off.ts";
import { VelibError } from "../../core/errors.ts";
import type { JobContext } from "./run-job.ts";

/** A server that is being rolled is back within this; a Job's own retries then start a whole pod again. */
const patienceMs = 60_000;
const backOff = { baseMs: 500, capMs: 10_000 };

/**
 * Connects to a server, and again while what it fails with can pass.
 * @throws VelibError the last failure, when the patience is over, when stopped, or when trying again can't help
 */
export async function patientOpen<T>(
  server: string,
  { logger, signal }: Pick<JobContext, "logger" | "signal">,
  open: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await open();
    } catch (error) {
      const waitMs = backOffMs(attempt, backOff, Math.random(), null);
      const over = signal.aborted || performance.now() + waitMs > deadline;
      if (over || !(error instanceof VelibError) || !error.retryable) throw error;
      logger.warn({ server, code: error.code, reason: error.message, attempt }, "connecting failed, trying again");
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
