import { type BackOff, backOffMs } from "./back-off.ts";
import { type Clock, pause, wallClock } from "./clock.ts";
import type { KubeApi } from "./kube-api.ts";
import { isExpired, KubeApiError } from "./kube-api-error.ts";
import { kindText, type LiveObject, type ResourceType } from "./kube-object.ts";
import { createStore, type StoreIndexes, type WritableStore } from "./object-store.ts";
import { type RuntimeLog, silentLog } from "./runtime-log.ts";

/** What a reflector keeps a copy of. */
export interface ReflectorSettings<T extends LiveObject> {
  api: KubeApi;
  type: ResourceType;
  /** All namespaces without it. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** The server sends `metadata` only. */
  metadataOnly?: boolean;
  /** What is kept of each object: parsed, trimmed. Called once an event. */
  transform: (object: LiveObject) => T;
  indexes?: StoreIndexes<T>;
  /** Objects a page. */
  pageSize?: number;
  /** How often subscribers are reminded of every object, ms, spread by ±10 %. */
  resyncMs?: number;
  /** A watch that brings nothing for this time, not even its end, is taken for dead, ms. */
  idleTimeoutMs?: number;
  backOff?: BackOff;
  clock?: Clock;
  random?: () => number;
  log?: RuntimeLog;
}

/** Keeps a store equal to the server's objects until `signal` aborts, whatever fails in between. */
export interface Reflector<T extends LiveObject> {
  readonly store: WritableStore<T>;
  /** Takes an object that a write answered with into the store, ahead of its watch event. */
  observe(object: LiveObject): void;
  /** Ends when `signal` aborts; never rejects. May be called again afterwards. */
  run(signal: AbortSignal): Promise<void>;
}

/** A server that is down is asked at most every 30 s by each reflector, and at first after 0.4–0.8 s (client-go's numbers). */
const RETRY: BackOff = { baseMs: 800, capMs: 30_000 };
/**
 * The server closes each watch after 60–90 % of the idle time-out, at a random time so that not all come back at once. A
 * kind in which nothing happens gets no bookmarks either: the end of the watch is the sign of life that tells quiet from
 * dead.
 */
const watchSeconds = (idleTimeoutMs: number, random: () => number) =>
  Math.max(1, Math.round((idleTimeoutMs / 1000) * (0.6 + 0.3 * random())));
/** A watch that the server closes sooner, without a single event, counts as a failure: else it would be a hot loop. */
const SHORT_WATCH_MS = 1_000;

export function createReflector<T extends LiveObject>(settings: ReflectorSettings<T>): Reflector<T> {
  const { api, type, transform, clock = wallClock, random = Math.random, log = silentLog } = settings;
  const { namespace, labelSelector, fieldSelector, metadataOnly } = settings;
  const { pageSize = 500, resyncMs = 600_000, idleTimeoutMs = 180_000, backOff = RETRY } = settings;
  const scope = { namespace, labelSelector, fieldSelector, metadataOnly };
  const store = createStore<T>(settings.indexes);

  /** Lists all pages and replaces the store's content; gives the version to watch from. */
  async function relist(signal: AbortSignal): Promise<string> {
    try {
      return await listPages(pageSize, signal);
    } catch (error) {
      // the pages' snapshot was compacted away before we had them all: once without pages
      if (isExpired(error)) return listPages(undefined, signal);
      throw error;
    }
  }

  async function listPages(limit: number | undefined, signal: AbortSignal): Promise<string> {
    const objects: T[] = [];
    let next: string | undefined;
    for (;;) {
      const page = await api.list(type, { ...scope, limit, continue: next, signal });
      for (const item of page.items) objects.push(transform(item));
      next = page.continue;
      if (next === undefined) {
        store.replace(objects);
        return page.resourceVersion;
      }
    }
  }

  /** Follows changes until the server closes the watch; `progress` is told of each version reached. */
  async function follow(from: string, signal: AbortSignal, progress: (version: string) => void): Promise<void> {
    const timeoutSeconds = watchSeconds(idleTimeoutMs, random);
    const options = { ...scope, resourceVersion: from, timeoutSeconds, idleTimeoutMs, signal };
    for await (const event of api.watch(type, options)) {
      if (event.type === "BOOKMARK") {
        progress(event.resourceVersion);
        continue;
      }
      const object = transform(event.object);
      if (event.type === "DELETED") store.remove(object);
      else store.put(object);
      progress(event.object.metadata.resourceVersion);
    }
  }

  async function reflect(signal: AbortSignal): Promise<void> {
    let version: string | null = null;
    let failures = 0;
    while (!signal.aborted) {
      const openedAt = clock.now();
      let moved = false;
      let failed = false;
      let waitAtLeastMs = 0;
      try {
        if (version === null) {
          version = await relist(signal);
          moved = true;
        }
        await follow(version, signal, (reached) => {
          version = reached;
          moved = true;
        });
      } catch (error) {
        if (signal.aborted) return;
        failed = true;
        if (isExpired(error)) version = null;
        waitAtLeastMs = retryAfterOf(error);
        log.info({ kind: kindText(type), error: messageOf(error), failures }, "a watch ended; going on");
      }
      const shortLived = clock.now() - openedAt < SHORT_WATCH_MS;
      failures = !moved && (failed || shortLived) ? failures + 1 : 0;
      // one that was closed in its time goes on at once
      const waitMs = failed || shortLived ? backOffMs(backOff, Math.max(1, failures), random) : 0;
      await pause(clock, Math.max(waitMs, waitAtLeastMs), signal);
    }
  }

  async function remind(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(clock, resyncMs * (0.9 + random() / 5), signal);
      if (!signal.aborted) store.resync();
    }
  }

  return {
    store,
    observe: (object) => store.put(transform(object)),
    async run(signal) {
      await Promise.all([reflect(signal), remind(signal)]);
    },
  };
}

function retryAfterOf(error: unknown): number {
  return error instanceof KubeApiError ? (error.retryAfterMs ?? 0) : 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
