import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { backOffMs } from "../../adapters/http/back-off.ts";
import { VelibError } from "../../core/errors.ts";
import type { Readiness } from "./readiness.ts";

export interface RetryContext {
  readiness: Readiness;
  logger: Logger;
  random: () => number;
  signal: AbortSignal;
}

/** Servers restart in seconds: with a cap of 30 s the archiver went on half a minute after Cassandra did. */
const backOff = { baseMs: 500, capMs: 5_000 };

/**
 * Connects to a server, again and again until it works or `signal` aborts (null): servers start late, passwords are
 * rotated. Meanwhile /readyz names the cause. What is wrong with the configuration itself ends it.
 * @param open reads secrets from their files itself, so that each try has what they hold then
 */
export async function connect<T>(server: string, open: () => Promise<T>, context: RetryContext): Promise<T | null> {
  const { readiness, logger, random, signal } = context;
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const opened = await open();
      readiness.report(server, null);
      return opened;
    } catch (error) {
      if (!(error instanceof VelibError) || error.code.startsWith("VELIB_CONFIG_")) throw error;
      readiness.report(server, error.message);
      logger.warn({ server, code: error.code, reason: error.message, attempt }, "connecting failed, trying again");
      await sleep(backOffMs(attempt, backOff, random(), null), undefined, { signal }).catch(() => undefined);
    }
  }
  return null;
}

/** Work that went well for so long has got over what broke it before, ms. */
const recoveredAfterMs = 60_000;

/**
 * Does the work until it ends or `signal` aborts; what a server's outage broke off is begun anew, with connections of
 * its own, from what is stored: the same as a crash and a restart, without either.
 * @throws what trying again can't mend
 */
export async function untilDone(work: () => Promise<void>, context: RetryContext): Promise<void> {
  const { readiness, logger, random, signal } = context;
  for (let attempt = 1; ; attempt++) {
    const started = performance.now();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof VelibError) || !error.retryable) throw error;
      if (signal.aborted) return;
      if (performance.now() - started > recoveredAfterMs) attempt = 1;
      readiness.restarting(error.message);
      logger.warn({ code: error.code, reason: error.message, attempt }, "work broke off, beginning anew");
      await sleep(backOffMs(attempt, backOff, random(), null), undefined, { signal }).catch(() => undefined);
    }
  }
}
