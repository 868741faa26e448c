import type { Logger } from "pino";
import { backOffMs } from "../../adapters/http/back-off.ts";
import { SourceError } from "../../adapters/http/source-error.ts";
import type { PolledSource } from "../../core/ports/source.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { pause } from "./long-pause.ts";
import type { Producer } from "./producer.ts";

export interface PollLoopOptions {
  /** Time between polls, ms; a feed that says a longer `ttl` is asked that seldom, up to `longestTtlMs`. */
  intervalMs: number;
  now: () => number;
  /** In [0, 1), for the back-off's jitter. */
  random: () => number;
  logger: Logger;
  metrics: Metrics;
  signal: AbortSignal;
}

/** A longer `ttl` says nothing about when the data moves: Vélib's says an hour, and moves every minute. */
const longestTtlMs = 300_000;

/** Longest wait between tries while a source fails, ms. */
const backOffCapMs = 300_000;

/** How long a poll under way may still take once the process is to stop, ms: half of what Kubernetes grants. */
const lastPollMs = 15_000;

/**
 * Polls a source until `signal` aborts; a poll that was begun by then is finished. A failed try is repeated after a jittered back-off, never sooner than the
 * server asked for; its poll did not happen. Event time is the time of the poll's start.
 */
export async function pollSource(source: PolledSource, producer: Producer, options: PollLoopOptions): Promise<void> {
  const { metrics, logger, signal, now } = options;
  let failures = 0;
  let retryAfterMs: number | null = null;
  let scheduled = now();
  while (!signal.aborted) {
    const started = performance.now();
    const patience = abortedAfter(signal, lastPollMs);
    try {
      const poll = await source.poll(now(), patience.signal);
      metrics.processing.observe({ stage: "poll" }, (performance.now() - started) / 1000);
      const outcome = await producer.take(poll);
      if (failures > 0) logger.info({ source: producer.source, failures }, "source answers again");
      failures = 0;
      if (outcome.marker === null) {
        const { reason, detail } = outcome.deadLetters[0] ?? {};
        logger.info({ source: producer.source, reason, detail }, "poll dead-lettered");
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof SourceError)) throw error;
      failures++;
      retryAfterMs = error.retryAfterMs;
      metrics.polls.inc({ source: producer.source, outcome: "failed" });
      logger.info({ source: producer.source, code: error.code, reason: error.message, failures }, "poll failed");
    } finally {
      patience.done();
    }
    const interval = Math.max(options.intervalMs, Math.min(source.ttlMs ?? 0, longestTtlMs));
    if (failures > 0) {
      const backOff = { baseMs: 1000, capMs: Math.min(interval, backOffCapMs) };
      await pause(backOffMs(failures, backOff, options.random(), retryAfterMs), signal);
      scheduled = now();
      continue;
    }
    // From the schedule, not from now: a slow body must not make the polls drift.
    scheduled += interval;
    if (scheduled < now()) scheduled = now();
    await pause(scheduled - now(), signal);
  }
}

/** A signal that aborts `graceMs` after the given one; `done` gives its timer up. */
function abortedAfter(signal: AbortSignal, graceMs: number): { signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  const wait = () => {
    timer = setTimeout(() => controller.abort(signal.reason), graceMs);
  };
  signal.addEventListener("abort", wait, { once: true });
  return {
    signal: controller.signal,
    done() {
      signal.removeEventListener("abort", wait);
      if (timer !== null) clearTimeout(timer);
    },
  };
}
