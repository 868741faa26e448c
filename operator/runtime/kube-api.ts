import type { KubeObject, LiveObject, ObjectKey, ResourceType } from "./kube-object.ts";

/**
 * The API of a cluster over raw JSON. Every call rejects with `KubeApiError`. 429 and 503 with Retry-After are tried
 * again after the time the server asked for; what remains is for the caller's back-off. `signal` ends a call under
 * way, with the reason `Aborted`.
 */
export interface KubeApi {
  /** Null when there is no such object. */
  get(type: ResourceType, key: ObjectKey, options?: CallOptions): Promise<LiveObject | null>;
  /** One page; `continue` of the answer goes into the next call. */
  list(type: ResourceType, options?: ListOptions): Promise<ObjectPage>;
  /**
   * Changes after `resourceVersion`, until the server closes the watch (the iteration ends) or it fails (it throws:
   * 410 when the version is too old, `TimedOut` when nothing at all came for `idleTimeoutMs`).
   */
  watch(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent>;
  create(type: ResourceType, object: KubeObject, options: WriteOptions): Promise<LiveObject>;
  /** Server-side apply: creates the object, or sets exactly the fields given, by force if others own them. */
  apply(type: ResourceType, object: KubeObject, options: ApplyOptions): Promise<LiveObject>;
  /** Server-side apply to the `status` subresource; `object` holds apiVersion, kind, metadata.name and status. */
  applyStatus(type: ResourceType, object: KubeObject, options: ApplyOptions): Promise<LiveObject>;
  patch(type: ResourceType, key: ObjectKey, patch: Patch, options: PatchOptions): Promise<LiveObject>;
  /** Merge patch of the `status` subresource; with metadata.resourceVersion in it a conflict is told (409). */
  patchStatus(type: ResourceType, key: ObjectKey, body: object, options: WriteOptions): Promise<LiveObject>;
  /** False when there was none. 409 when a precondition does not hold. */
  delete(type: ResourceType, key: ObjectKey, options?: DeleteOptions): Promise<boolean>;
  /** GET of any path, for discovery and for what has no kind; the parsed JSON. */
  getRaw(path: string, options?: CallOptions): Promise<unknown>;
}

export interface CallOptions {
  signal?: AbortSignal;
}

export interface ListOptions extends CallOptions {
  /** All namespaces without it. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Objects a page. */
  limit?: number;
  /** From the page before. */
  continue?: string;
  /** "0": any version the server has in memory, which costs etcd nothing but ignores `limit`. */
  resourceVersion?: string;
  /** Only `metadata` comes: for big objects of which only names or labels matter. */
  metadataOnly?: boolean;
}

export interface ObjectPage {
  items: LiveObject[];
  /** Version of the whole list: where a watch goes on. */
  resourceVersion: string;
  /** Present while there are more pages. */
  continue?: string;
}

export interface WatchOptions extends CallOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion: string;
  /** The server closes the watch after this time. */
  timeoutSeconds: number;
  metadataOnly?: boolean;
  /** The client gives up when not even a bookmark came for this time, ms. */
  idleTimeoutMs: number;
}

export type WatchEvent =
  | { type: "ADDED" | "MODIFIED" | "DELETED"; object: LiveObject }
  /** No change; only says how far the watch has come. */
  | { type: "BOOKMARK"; resourceVersion: string };

export interface WriteOptions extends CallOptions {
  fieldManager: string;
  /** The server checks and answers as if it had written. */
  dryRun?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  /** Takes over fields that another manager set to another value. Default true, as controllers do. */
  force?: boolean;
  /** `Strict`: a field the schema does not know is refused (400) instead of dropped. Default `Warn`. */
  fieldValidation?: "Ignore" | "Warn" | "Strict";
  /** Only `metadata` is answered. */
  metadataOnly?: boolean;
}

/** RFC 7386 merge patch, or RFC 6902 JSON patch. */
export type Patch = { merge: object } | { json: readonly object[] };

export interface PatchOptions extends WriteOptions {
  subresource?: string;
}

export interface DeleteOptions extends CallOptions {
  /** Default `Background`: dependents go after it. */
  propagation?: "Background" | "Foreground" | "Orphan";
  /** Delete only this very object, not one of the same name made since. */
  uid?: string;
  resourceVersion?: string;
}
