import type { ApiDiscovery } from "./api-discovery.ts";
import type { Watch } from "./controller.ts";
import {
  controllerOf,
  groupOf,
  isSameType,
  keyOf,
  type LiveObject,
  type ObjectKey,
  type ResourceType,
} from "./kube-object.ts";
import type { ObjectStore, StoreChange } from "./object-store.ts";

/**
 * The changes of a store, mapped to keys. When an object changed, `keysOf` is asked of it before and after: what it no
 * longer refers to must hear of it too. Changes that `matters` returns false for are left out.
 */
export function watchStore<T extends LiveObject>(
  store: ObjectStore<T>,
  keysOf: (object: T) => readonly ObjectKey[],
  matters: (change: StoreChange<T>) => boolean = () => true,
): Watch {
  return {
    synced: () => store.synced,
    subscribe(enqueue) {
      const tell = (change: StoreChange<T>) => {
        if (!matters(change)) return;
        for (const key of keysOf(change.object)) enqueue(key);
        if (change.type === "changed") for (const key of keysOf(change.before)) enqueue(key);
      };
      for (const object of store.list()) tell({ type: "added", object });
      return store.subscribe(tell);
    },
  };
}

/** `keysOf` for the objects that a controller reconciles. */
export function itself(object: LiveObject): ObjectKey[] {
  return [keyOf(object)];
}

/** `keysOf` for owned objects: the key of the owner of this kind (any version) that controls them. */
export function owningKey(owner: { apiVersion: string; kind: string }): (object: LiveObject) => ObjectKey[] {
  return (object) => {
    const reference = controllerOf(object);
    const sameKind = reference?.kind === owner.kind && groupOf(reference.apiVersion) === groupOf(owner.apiVersion);
    return reference && sameKind ? [{ namespace: object.metadata.namespace ?? "", name: reference.name }] : [];
  };
}

/**
 * `keysOf` for referenced objects (Secrets, ConfigMaps): the keys of all in `store` whose index holds this object's
 * name. The index's values are `namespace/name`.
 */
export function referringKeys<T extends LiveObject>(store: ObjectStore<T>, index: string) {
  return ({ metadata: { namespace = "", name } }: LiveObject): ObjectKey[] =>
    store.byIndex(index, `${namespace}/${name}`).map(keyOf);
}

/** Kinds that appear or go: all of `keys` must be looked at again. */
export function watchServed(
  discovery: ApiDiscovery,
  types: readonly ResourceType[],
  keys: () => readonly ObjectKey[],
): Watch {
  return {
    synced: () => discovery.ready,
    subscribe: (enqueue) =>
      discovery.subscribe((type) => {
        if (types.some((each) => isSameType(each, type))) for (const key of keys()) enqueue(key);
      }),
  };
}

/**
 * `matters` for the objects that a controller reconciles: not a change of its status alone, which is mostly the
 * controller's own write. Spec changes move `generation`; labels, annotations, finalizers and deletion are compared.
 */
export function notStatusAlone<T extends LiveObject>(change: StoreChange<T>): boolean {
  if (change.type !== "changed") return true;
  const { metadata: after } = change.object;
  const { metadata: before } = change.before;
  const seen = (metadata: LiveObject["metadata"]) =>
    JSON.stringify([
      metadata.uid,
      metadata.generation,
      metadata.deletionTimestamp,
      metadata.labels,
      metadata.annotations,
      metadata.finalizers,
    ]);
  return seen(after) !== seen(before);
}
