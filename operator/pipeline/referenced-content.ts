import type { KubeApi } from "../runtime/kube-api.ts";
import {
  type KubeObject,
  keyText,
  type LiveObject,
  type ObjectKey,
  type ResourceType,
} from "../runtime/kube-object.ts";
import type { KeptKind } from "../runtime/manager.ts";
import type { ObservedObjects } from "./backbone/observed-objects.ts";
import { secretKind } from "./backbone/partner-kinds.ts";
import type { PipelineCaches } from "./pipeline-caches.ts";
import { configMapKind } from "./workloads/references.ts";

/** Names of objects of a namespace whose content matters. */
export interface ContentNames {
  readonly secrets: readonly string[];
  readonly configMaps: readonly string[];
}

/** Content of the Secrets and ConfigMaps that pipelines refer to: of all others only the metadata is ever fetched. */
export interface ReferencedContent {
  /** The cluster as last seen, with the content of the objects named. */
  observe(namespace: string, names: ContentNames, signal: AbortSignal): Promise<ObservedObjects>;
}

export function referencedContent(api: KubeApi, caches: PipelineCaches): ReferencedContent {
  const secrets = contentOf(api, caches.secrets);
  const configMaps = contentOf(api, caches.configMaps);
  return {
    async observe(namespace, names, signal) {
      const found = new Map<string, KubeObject | null>();
      for (const [type, content, wanted] of [
        [secretKind, secrets, names.secrets],
        [configMapKind, configMaps, names.configMaps],
      ] as const) {
        for (const name of wanted) found.set(textOf(type, name), await content({ namespace, name }, signal));
      }
      return {
        isServed: (type) => caches.kept(type)?.served() ?? false,
        get: (type, name) => {
          const content = found.get(textOf(type, name));
          return content !== undefined ? content : (caches.kept(type)?.store.get({ namespace, name }) ?? null);
        },
      };
    },
  };
}

/** Reads objects as the cache of their metadata shows them; a version once read is not read again. */
function contentOf(api: KubeApi, { type, store }: KeptKind<LiveObject>) {
  const known = new Map<string, LiveObject>();
  store.subscribe(({ type: change, object }) => {
    if (change === "removed") known.delete(keyText({ namespace: object.metadata.namespace ?? "", ...object.metadata }));
  });
  return async (key: ObjectKey, signal: AbortSignal): Promise<KubeObject | null> => {
    const seen = store.get(key);
    if (seen === null) return null;
    const before = known.get(keyText(key));
    if (before?.metadata.resourceVersion === seen.metadata.resourceVersion) return before;
    const live = await api.get(type, key, { signal });
    if (live === null) return null;
    const { managedFields: _, ...metadata } = live.metadata;
    const { uid, resourceVersion } = live.metadata;
    const kept: LiveObject = { ...live, metadata: { ...metadata, name: key.name, uid, resourceVersion } };
    known.set(keyText(key), kept);
    return kept;
  };
}

function textOf({ kind }: ResourceType, name: string): string {
  return `${kind}/${name}`;
}
