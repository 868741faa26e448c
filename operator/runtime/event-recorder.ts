import { type Clock, wallClock } from "./clock.ts";
import { contentHash } from "./content-hash.ts";
import type { KubeApi } from "./kube-api.ts";
import { isConflict } from "./kube-api-error.ts";
import type { KubeObject, LiveObject, ResourceType } from "./kube-object.ts";
import { isRecord } from "./kube-payload.ts";
import { microTime } from "./lease.ts";
import { type RuntimeLog, silentLog } from "./runtime-log.ts";

/** Tells users what was done, as events.k8s.io/v1 Events on an object. Failures to write one are only counted. */
export interface EventRecorder {
  record(regarding: LiveObject, event: Happening): void;
  /** Resolves when all that was recorded is written or given up; counts held back are written at once. */
  flush(): Promise<void>;
}

export interface Happening {
  type: "Normal" | "Warning";
  /** CamelCase, from a closed list, at most 128 characters. */
  reason: string;
  /** What was done or tried: `Reconcile`, `Roll`. */
  action: string;
  /** For people; cut at 1,024 characters. */
  note: string;
  /** Events of one cause are one Event with a count, which keeps the first note; without it the note is the cause. */
  cause?: string;
}

export interface EventRecorderSettings {
  /** Fenced: who does not lead says nothing. */
  api: KubeApi;
  /** `velib.dev/operator`: who reports. */
  controller: string;
  /** The pod. */
  instance: string;
  /** Repeats are counted and written together at most this often, ms. */
  repeatMs?: number;
  clock?: Clock;
  log?: RuntimeLog;
  onDropped?: () => void;
}

export const eventType: ResourceType = {
  apiVersion: "events.k8s.io/v1",
  kind: "Event",
  plural: "events",
  namespaced: true,
};

interface Series {
  object: KubeObject;
  /** Repeats that are not written yet. */
  unwritten: number;
  /** ms, as `Clock.now`. */
  lastAt: number;
  lastDate: number;
  cancel: () => void;
  /** The write before: those of one Event go one after the other. */
  written: Promise<void>;
}

/** A cause that was silent for so long is new when it comes again (client-go's number), ms. */
const FORGET_MS = 360_000;
const NOTE_CHARACTERS = 1_024;

export function createEventRecorder(settings: EventRecorderSettings): EventRecorder {
  const { api, controller, instance, repeatMs = 60_000, clock = wallClock, log = silentLog } = settings;
  const all = new Map<string, Series>();
  const writing = new Set<Promise<void>>();
  const options = { fieldManager: controller };

  function send(series: Series, write: () => Promise<unknown>): void {
    const sent = series.written
      .then(write)
      .catch((error) => {
        settings.onDropped?.();
        log.debug({ error: String(error) }, "an event was not written");
      })
      .then(() => void writing.delete(sent));
    series.written = sent;
    writing.add(sent);
  }

  /** The first of its cause; after a restart it may be there already, as its name says what it is. */
  async function create(series: Series): Promise<void> {
    try {
      await api.create(eventType, series.object, options);
    } catch (error) {
      if (!isConflict(error)) throw error;
      await count(series, 1);
    }
  }

  async function count(series: Series, repeats: number): Promise<void> {
    const { name, namespace = "" } = series.object.metadata;
    const live = await api.get(eventType, { namespace, name });
    // it ran out on the server (an hour by default)
    if (live === null) return void (await api.create(eventType, series.object, options));
    const before = isRecord(live.series) && typeof live.series.count === "number" ? live.series.count : 1;
    const seen = { count: before + repeats, lastObservedTime: microTime(series.lastDate) };
    // nothing but the series of an Event may change
    const merge = { metadata: { resourceVersion: live.metadata.resourceVersion }, series: seen };
    await api.patch(eventType, { namespace, name }, { merge }, options);
  }

  function writeRepeats(series: Series): void {
    const repeats = series.unwritten;
    series.unwritten = 0;
    series.cancel();
    if (repeats > 0) send(series, () => count(series, repeats));
  }

  function forgetOld(now: number): void {
    for (const [name, series] of all) {
      if (now - series.lastAt > FORGET_MS && series.unwritten === 0) all.delete(name);
    }
  }

  return {
    record(regarding, event) {
      const now = clock.now();
      forgetOld(now);
      const object = eventObject(regarding, event, controller, instance, clock.date());
      const series = all.get(object.metadata.name);
      if (!series) {
        const times = { lastAt: now, lastDate: clock.date() };
        const first = { object, unwritten: 0, ...times, cancel: () => {}, written: Promise.resolve() };
        all.set(object.metadata.name, first);
        send(first, () => create(first));
        return;
      }
      series.lastAt = now;
      series.lastDate = clock.date();
      if (series.unwritten++ === 0) series.cancel = clock.after(repeatMs, () => writeRepeats(series));
    },
    async flush() {
      for (const series of all.values()) writeRepeats(series);
      while (writing.size > 0) await Promise.all(writing);
    },
  };
}

/**
 * The Event of a cause. Its name is derived from the cause, so that the same cause is the same Event for every process
 * that ever reports it.
 */
function eventObject(
  regarding: LiveObject,
  { type, reason, action, note, cause = note }: Happening,
  controller: string,
  instance: string,
  dateMs: number,
): KubeObject {
  const { name, namespace, uid, resourceVersion } = regarding.metadata;
  const id = contentHash([uid, type, reason, action, cause, controller])
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "0");
  return {
    apiVersion: eventType.apiVersion,
    kind: eventType.kind,
    // events on cluster-scoped objects live in "default", by convention
    metadata: { name: `${name.slice(0, 230)}.${id}`, namespace: namespace ?? "default" },
    eventTime: microTime(dateMs),
    reportingController: controller,
    reportingInstance: instance.slice(0, 128),
    type,
    reason,
    action,
    note: note.slice(0, NOTE_CHARACTERS),
    regarding: { apiVersion: regarding.apiVersion, kind: regarding.kind, name, namespace, uid, resourceVersion },
  };
}
