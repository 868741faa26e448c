import { type Clock, pause, wallClock } from "./clock.ts";
import { KubeApiError } from "./kube-api-error.ts";
import { keyText, type ObjectKey, parseKey } from "./kube-object.ts";
import { linkSignals } from "./linked-signal.ts";
import { type RuntimeLog, silentLog } from "./runtime-log.ts";
import type { RuntimeMetrics } from "./runtime-metrics.ts";
import { createWorkQueue, type WorkQueue } from "./work-queue.ts";

/**
 * Makes the world as the object of `key` says; the object may be gone. Called at most once at a time for a key.
 * `signal` aborts on its time-out and when leadership is lost: pass it to every call. A rejection is tried again with
 * back-off, except `TerminalError`.
 */
export type Reconcile = (key: ObjectKey, signal: AbortSignal) => Promise<ReconcileResult>;

export interface ReconcileResult {
  /** Come back after this time even if nothing changes. */
  requeueAfterMs?: number;
}

/** Only a change of the object, or of something it refers to, can help: not tried again until such an event. */
export class TerminalError extends Error {
  override readonly name = "TerminalError";
}

/** Changes that a controller acts on; see `watch.ts`. */
export interface Watch {
  /** Calls `enqueue` for each key that a change concerns, and first for all that is there. Returns how to stop. */
  subscribe(enqueue: (key: ObjectKey) => void): () => void;
  /** The controller starts once all of its watches are synced. */
  synced(): boolean;
}

export interface ControllerSettings {
  /** Label `controller` of the metrics. */
  name: string;
  reconcile: Reconcile;
  watches: readonly Watch[];
  /** Keys worked on at the same time. */
  concurrency: number;
  /** A reconcile that takes longer is aborted and tried again, ms. */
  timeoutMs: number;
}

export interface ControllerContext {
  metrics: RuntimeMetrics;
  clock?: Clock;
  random?: () => number;
  log?: RuntimeLog;
}

export interface Controller {
  readonly name: string;
  /**
   * Works until `drain` aborts: then what runs may end, nothing new begins. `abort` ends what runs too. Resolves when
   * nothing runs any more (what ignores its signal is left behind). May be called again afterwards.
   */
  run(drain: AbortSignal, abort: AbortSignal): Promise<void>;
}

/** How long a reconcile may go on after its signal aborted before its worker is given to others, ms. */
const GRACE_MS = 1_000;
const SYNC_POLL_MS = 20;

export function createController(settings: ControllerSettings, context: ControllerContext): Controller {
  const { name, reconcile, watches, concurrency, timeoutMs } = settings;
  const { metrics, clock = wallClock, random = Math.random, log = silentLog } = context;
  const newQueue = (): WorkQueue => createWorkQueue({ clock, random, observer });
  const observer = metrics.observeQueue(name, () => queue);
  let queue = newQueue();
  let running = 0;

  async function untilSynced(drain: AbortSignal): Promise<void> {
    while (!drain.aborted && !watches.every((watch) => watch.synced())) await pause(clock, SYNC_POLL_MS, drain);
  }

  async function work(from: WorkQueue, abort: AbortSignal): Promise<void> {
    for (;;) {
      const key = await from.take();
      if (key === null) return;
      metrics.workers(name, ++running, concurrency);
      await visit(from, key, abort);
      metrics.workers(name, --running, concurrency);
    }
  }

  /** One reconcile. The worker is free again when it ends, or soon after its time is over if it does not listen. */
  async function visit(from: WorkQueue, key: string, abort: AbortSignal): Promise<void> {
    const startedAt = clock.now();
    const limit = linkSignals(abort);
    const tooLong = new Error(`not through in ${timeoutMs} ms`);
    const cancel = clock.after(timeoutMs, () => limit.abort(tooLong));
    const ended = attempt(key, limit.signal)
      .then(
        (result) => succeeded(from, key, result, startedAt),
        (error) => failed(from, key, limit.signal.reason === tooLong ? tooLong : error, startedAt, abort),
      )
      .finally(() => {
        cancel();
        limit.unlink();
        from.done(key);
      });
    await Promise.race([ended, graceAfter(limit.signal)]);
  }

  async function attempt(key: string, signal: AbortSignal): Promise<ReconcileResult> {
    return reconcile(parseKey(key), signal);
  }

  function graceAfter(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wait = () => void clock.after(GRACE_MS, resolve);
      if (signal.aborted) wait();
      else signal.addEventListener("abort", wait, { once: true });
    });
  }

  function succeeded(from: WorkQueue, key: string, { requeueAfterMs }: ReconcileResult, startedAt: number): void {
    from.forget(key);
    if (requeueAfterMs !== undefined) from.addAfter(key, requeueAfterMs);
    const end = requeueAfterMs === undefined ? "success" : "requeue_after";
    metrics.reconciled(name, end, (clock.now() - startedAt) / 1000, false);
  }

  function failed(from: WorkQueue, key: string, error: unknown, startedAt: number, abort: AbortSignal): void {
    const terminal = error instanceof TerminalError;
    metrics.reconciled(name, "error", (clock.now() - startedAt) / 1000, terminal);
    if (abort.aborted) return;
    const fields = { controller: name, key, error: error instanceof Error ? error.message : String(error) };
    if (terminal) {
      from.forget(key);
      log.info(fields, "a reconcile can't succeed until something changes");
      return;
    }
    const retryInMs = from.addFailed(key, error instanceof KubeApiError ? error.retryAfterMs : 0);
    log.warn({ ...fields, retryInMs: Math.round(retryInMs) }, "a reconcile failed; trying again");
  }

  return {
    name,
    async run(drain, abort) {
      const own = newQueue();
      queue = own;
      await untilSynced(drain);
      if (drain.aborted) return;
      const unsubscribe = watches.map((watch) => watch.subscribe((key) => own.add(keyText(key))));
      const close = () => own.close();
      drain.addEventListener("abort", close);
      metrics.workers(name, running, concurrency);
      await Promise.all(Array.from({ length: concurrency }, () => work(own, abort)));
      drain.removeEventListener("abort", close);
      for (const stop of unsubscribe) stop();
    },
  };
}
