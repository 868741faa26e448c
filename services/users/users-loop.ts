import type { Logger } from "pino";
import { backOffMs } from "../../adapters/http/back-off.ts";
import { SourceError } from "../../adapters/http/source-error.ts";
import { type UsersApi, usersSource } from "../../core/users/users-api.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { pause } from "../producer/long-pause.ts";
import type { UsersProducer } from "./users-producer.ts";

export interface UsersLoopOptions {
  /** Time between calls, ms. */
  intervalMs: number;
  now: () => number;
  /** In [0, 1), for the back-off's jitter. */
  random: () => number;
  logger: Logger;
  metrics: Metrics;
  signal: AbortSignal;
}

/** Longest wait between tries while the API fails, ms. */
const backOffCapMs = 300_000;

/**
 * Asks a users API until `signal` aborts. A failed call is repeated after a jittered back-off, never sooner than the
 * server asked for. Logs tell numbers and reasons, nothing of a user.
 */
export async function askForUsers(api: UsersApi, producer: UsersProducer, options: UsersLoopOptions): Promise<void> {
  const { metrics, logger, signal, now } = options;
  const source = usersSource;
  let failures = 0;
  let scheduled = now();
  while (!signal.aborted) {
    let retryAfterMs: number | null = null;
    const started = performance.now();
    try {
      const page = await api.fetch(now(), signal);
      metrics.processing.observe({ stage: "poll" }, (performance.now() - started) / 1000);
      await producer.take(page);
      if (failures > 0) logger.info({ source, failures }, "users API answers again");
      failures = 0;
      const [letter] = page.deadLetters;
      if (letter !== undefined) {
        const { reason, detail } = letter;
        logger.info({ source, reason, detail, deadLetters: page.deadLetters.length }, "users dead-lettered");
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof SourceError)) throw error;
      failures++;
      retryAfterMs = error.retryAfterMs;
      metrics.polls.inc({ source, outcome: "failed" });
      logger.info({ source, code: error.code, reason: error.message, failures }, "users API failed");
    }
    if (failures > 0) {
      const backOff = { baseMs: 1000, capMs: Math.min(options.intervalMs, backOffCapMs) };
      await pause(backOffMs(failures, backOff, options.random(), retryAfterMs), signal);
      scheduled = now();
      continue;
    }
    // From the schedule, not from now: a slow answer must not make the calls drift.
    scheduled = Math.max(scheduled + options.intervalMs, now());
    await pause(scheduled - now(), signal);
  }
}
