/** Any object of the API as raw JSON: fields this program does not know are kept and written back unchanged. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** An object of the API that was read from it: what the server sets on every object is there. */
export type LiveObject<T extends KubeObject = KubeObject> = T & {
  metadata: { uid: string; resourceVersion: string };
};

export interface ObjectMeta {
  name: string;
  /** Absent on cluster-scoped objects. */
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  uid?: string;
  /** Opaque to the API's contract; whole numbers in every server, so that newer can be told from older. */
  resourceVersion?: string;
  generation?: number;
  /** RFC 3339. */
  creationTimestamp?: string;
  /** RFC 3339; present while the object waits for its finalizers or its dependents. */
  deletionTimestamp?: string;
  managedFields?: ManagedFieldsEntry[];
  [field: string]: unknown;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Who set which fields, as server-side apply keeps it (FieldsV1 of structured-merge-diff). */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  subresource?: string;
  fieldsV1?: unknown;
  [field: string]: unknown;
}

/** A kind as the API serves it. */
export interface ResourceType {
  /** `v1`, `apps/v1`. */
  apiVersion: string;
  kind: string;
  /** Lower-case plural of the URL: `deployments`. */
  plural: string;
  namespaced: boolean;
}

/** Which object of a kind. `namespace` is empty for cluster-scoped kinds. */
export interface ObjectKey {
  namespace: string;
  name: string;
}

export function keyOf(object: KubeObject): ObjectKey {
  return { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
}

/** `namespace/name`, or `name` alone for cluster-scoped kinds: the form of logs, queues and indexes. */
export function keyText(key: ObjectKey): string {
  return key.namespace === "" ? key.name : `${key.namespace}/${key.name}`;
}

/** Inverse of `keyText`. */
export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf("/");
  return slash < 0 ? { namespace: "", name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** The group of `apiVersion`: `apps` of `apps/v1`, empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

export function isSameType(a: ResourceType, b: ResourceType): boolean {
  return a.apiVersion === b.apiVersion && a.plural === b.plural;
}

/** `Deployment.apps`, `Service`: a kind without its version, as messages and maps name it. */
export function kindText(type: { apiVersion: string; kind: string }): string {
  const group = groupOf(type.apiVersion);
  return group === "" ? type.kind : `${type.kind}.${group}`;
}

/**
 * The reference by which the garbage collector deletes a dependent with its owner. `controller: true`: the server
 * refuses a second such reference, so two owners can't share an object.
 */
export function ownerReferenceTo(owner: LiveObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The owner that controls an object, if it has one. */
export function controllerOf(object: KubeObject): OwnerReference | null {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true) ?? null;
}

/** True once somebody asked to delete it; it may stay for its finalizers. */
export function isTerminating(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}
