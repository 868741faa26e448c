import { keyOf, keyText, type LiveObject, type ObjectKey } from "./kube-object.ts";
import { isOlderVersion } from "./resource-version.ts";

/** What happened to an object of a store. */
export type StoreChange<T extends LiveObject = LiveObject> =
  | { type: "added"; object: T }
  | { type: "changed"; object: T; before: T }
  | { type: "removed"; object: T }
  /** No change known: a periodic reminder, so that what was missed comes right. */
  | { type: "resync"; object: T };

/** By which values objects can be looked up: a name for each index, and the values an object has in it. */
export type StoreIndexes<T extends LiveObject> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** The local copy of a kind's objects, kept by a reflector. What it gives is shared: do not change it. */
export interface ObjectStore<T extends LiveObject = LiveObject> {
  get(key: ObjectKey): T | null;
  list(): T[];
  /** The objects that have `value` in the index; throws when there is no such index. */
  byIndex(index: string, value: string): T[];
  readonly size: number;
  /** True after the first whole list; before, absence means nothing. */
  readonly synced: boolean;
  /** Called for each change, in order, after the store has it. Returns how to stop. */
  subscribe(listener: (change: StoreChange<T>) => void): () => void;
}

/** The store as those see it who fill it. */
export interface WritableStore<T extends LiveObject> extends ObjectStore<T> {
  /**
   * Puts an object in as the server gave it, unless a newer version is there: an answer to a write is often faster
   * than the watch, whose older events must not undo it.
   */
  put(object: T): void;
  remove(object: T): void;
  /** The whole list, taken as it is: others than these are gone. Marks the store synced. */
  replace(objects: readonly T[]): void;
  /** Reminds the subscribers of every object. */
  resync(): void;
}

/** An empty store. */
export function createStore<T extends LiveObject>(indexes: StoreIndexes<T> = {}): WritableStore<T> {
  const objects = new Map<string, T>();
  const listeners = new Set<(change: StoreChange<T>) => void>();
  const lookups = new Map(Object.keys(indexes).map((name) => [name, new Map<string, Map<string, T>>()]));
  let synced = false;

  function tell(change: StoreChange<T>): void {
    for (const listener of listeners) listener(change);
  }

  function index(text: string, object: T | null, before: T | undefined): void {
    for (const [name, valuesOf] of Object.entries(indexes)) {
      const lookup = lookups.get(name)!;
      for (const value of before ? valuesOf(before) : []) {
        const bucket = lookup.get(value);
        bucket?.delete(text);
        if (bucket?.size === 0) lookup.delete(value);
      }
      for (const value of object ? valuesOf(object) : []) {
        const bucket = lookup.get(value) ?? new Map<string, T>();
        lookup.set(value, bucket.set(text, object!));
      }
    }
  }

  function set(text: string, object: T): void {
    const before = objects.get(text);
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    objects.set(text, object);
    index(text, object, before);
    if (before?.metadata.uid === object.metadata.uid) tell({ type: "changed", object, before });
    else {
      // of the same name but another object: who waits for the first to go must hear of it
      if (before) tell({ type: "removed", object: before });
      tell({ type: "added", object });
    }
  }

  function drop(text: string, last: T): void {
    const before = objects.get(text);
    if (before?.metadata.uid !== last.metadata.uid) return;
    objects.delete(text);
    index(text, null, before);
    tell({ type: "removed", object: last });
  }

  return {
    get: (key) => objects.get(keyText(key)) ?? null,
    list: () => [...objects.values()],
    byIndex(name, value) {
      const lookup = lookups.get(name);
      if (!lookup) throw new Error(`the store has no index "${name}"; it has ${[...lookups.keys()].join(", ")}`);
      return [...(lookup.get(value)?.values() ?? [])];
    },
    get size() {
      return objects.size;
    },
    get synced() {
      return synced;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    put(object) {
      const text = keyText(keyOf(object));
      const before = objects.get(text);
      if (!before || isOlderVersion(before.metadata.resourceVersion, object.metadata.resourceVersion))
        set(text, object);
    },
    remove: (object) => drop(keyText(keyOf(object)), object),
    replace(all) {
      const listed = new Map(all.map((object) => [keyText(keyOf(object)), object]));
      for (const [text, object] of [...objects]) if (!listed.has(text)) drop(text, object);
      for (const [text, object] of listed) set(text, object);
      synced = true;
    },
    resync() {
      for (const object of objects.values()) tell({ type: "resync", object });
    },
  };
}
