import { type Clock, pause, wallClock } from "./clock.ts";
import type { KubeApi } from "./kube-api.ts";
import { isNotFound } from "./kube-api-error.ts";
import { groupOf, type LiveObject, type ResourceType } from "./kube-object.ts";
import { isRecord } from "./kube-payload.ts";
import { linkSignals } from "./linked-signal.ts";
import { createReflector } from "./reflector.ts";
import { type RuntimeLog, silentLog } from "./runtime-log.ts";

/** Which kinds the server serves now. Follows CustomResourceDefinitions, so a late install is seen without a restart. */
export interface ApiDiscovery {
  /** Served now, as last seen. False before the first look, and for a kind that was not among those to look for. */
  isServed(type: ResourceType): boolean;
  /** True after the first look at every kind. */
  readonly ready: boolean;
  /** Called after the first look at a kind, and when it appears or goes. Returns how to stop. */
  subscribe(listener: (type: ResourceType, served: boolean) => void): () => void;
  /** Also looks for this kind from now on. */
  lookFor(type: ResourceType): void;
  /** Looks now, and then whenever a definition changes or the period is over, until `signal` aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ApiDiscoverySettings {
  api: KubeApi;
  /** For kinds that no CustomResourceDefinition brings, and where their definitions may not be read. */
  periodMs?: number;
  clock?: Clock;
  log?: RuntimeLog;
}

const definitions: ResourceType = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};

/** From a definition's change to the kind in the discovery document take up to seconds: looks after these times, ms. */
const LOOKS_AFTER_CHANGE_MS = [0, 250, 1_000, 3_000];

export function createApiDiscovery(settings: ApiDiscoverySettings): ApiDiscovery {
  const { api, periodMs = 300_000, clock = wallClock, log = silentLog } = settings;
  const types = new Map<string, ResourceType>();
  const served = new Map<string, boolean>();
  const listeners = new Set<(type: ResourceType, served: boolean) => void>();
  let wake: (() => void) | null = null;
  let dueAt: number[] = [];

  function look(delaysMs: readonly number[]): void {
    const now = clock.now();
    dueAt = [...dueAt, ...delaysMs.map((delay) => now + delay)].sort((a, b) => a - b);
    wake?.();
  }

  async function lookAtAll(signal: AbortSignal): Promise<void> {
    const versions = new Set([...types.values()].map(({ apiVersion }) => apiVersion));
    for (const apiVersion of versions) {
      const plurals = await pluralsOf(api, apiVersion, signal);
      for (const type of types.values()) {
        if (type.apiVersion === apiVersion) note(type, plurals.has(type.plural));
      }
    }
  }

  function note(type: ResourceType, now: boolean): void {
    const before = served.get(textOf(type));
    served.set(textOf(type), now);
    if (before === now) return;
    log.info({ kind: type.kind, apiVersion: type.apiVersion, served: now }, "a kind appeared or went");
    for (const listener of listeners) listener(type, now);
  }

  async function lookWhenDue(signal: AbortSignal): Promise<void> {
    look([0]);
    while (!signal.aborted) {
      const next = dueAt[0] ?? clock.now() + periodMs;
      const woken = linkSignals(signal);
      wake = () => woken.abort(null);
      await pause(clock, Math.max(0, next - clock.now()), woken.signal);
      woken.unlink();
      if (woken.signal.aborted) continue;
      const now = clock.now();
      dueAt = dueAt.filter((at) => at > now);
      try {
        await lookAtAll(signal);
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ error: String(error) }, "the kinds served can't be read; looking again");
        look([1_000]);
      }
    }
  }

  const groups = () => new Set([...types.values()].map(({ apiVersion }) => groupOf(apiVersion)));
  // a definition is named <plural>.<group>, so its metadata says enough, and its schema of up to 1 MiB need not come
  const reflector = createReflector({ api, type: definitions, metadataOnly: true, transform: nameOnly, clock, log });
  reflector.store.subscribe(({ type, object: { metadata } }) => {
    const group = metadata.name.slice(metadata.name.indexOf(".") + 1);
    if (type !== "resync" && groups().has(group)) look(LOOKS_AFTER_CHANGE_MS);
  });

  return {
    isServed: (type) => served.get(textOf(type)) ?? false,
    get ready() {
      return [...types.keys()].every((text) => served.has(text));
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lookFor(type) {
      if (types.has(textOf(type))) return;
      types.set(textOf(type), type);
      look([0]);
    },
    async run(signal) {
      await Promise.all([lookWhenDue(signal), reflector.run(signal)]);
    },
  };
}

/** The resources of a group version by the discovery document (`APIResourceList`); none when it is not served. */
async function pluralsOf(api: KubeApi, apiVersion: string, signal: AbortSignal): Promise<Set<string>> {
  try {
    const document = await api.getRaw(`${apiVersion.includes("/") ? "/apis" : "/api"}/${apiVersion}`, { signal });
    const resources = isRecord(document) && Array.isArray(document.resources) ? document.resources : [];
    return new Set(resources.map((resource) => String(isRecord(resource) ? resource.name : "")));
  } catch (error) {
    if (isNotFound(error)) return new Set();
    throw error;
  }
}

function nameOnly({ apiVersion, kind, metadata }: LiveObject): LiveObject {
  const { name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, metadata: { name, uid, resourceVersion } };
}

function textOf(type: ResourceType): string {
  return `${type.apiVersion}/${type.plural}`;
}
