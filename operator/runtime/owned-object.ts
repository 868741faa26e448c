import { controllerOf, type LiveObject, type ManagedFieldsEntry } from "./kube-object.ts";
import { appliedFields } from "./managed-fields.ts";
import type { StoreIndexes } from "./object-store.ts";

/** Name of the index by the uid of the controlling owner. */
export const BY_OWNER = "ownerUid";

/** Index of owned objects by the uid of the owner that controls them. */
export const ownerIndex: StoreIndexes<LiveObject> = {
  [BY_OWNER](object) {
    const uid = controllerOf(object)?.uid;
    return uid === undefined ? [] : [uid];
  },
};

const KEPT_METADATA = [
  "namespace",
  "generation",
  "labels",
  "annotations",
  "ownerReferences",
  "finalizers",
  "creationTimestamp",
  "deletionTimestamp",
] as const;

/** kubectl's copy of the whole object. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Different sets of fields are few (one a component); beyond this they are forgotten, which costs memory only. */
const SHARED_SETS = 2_000;

/**
 * What an operator keeps of the objects it owns: metadata, the fields of its own server-side apply, and `fields`
 * (`status` without it). A Deployment is 6–10 KiB as it comes and about 1 KiB so; the set of applied fields is the same for
 * the same component of every owner and is held once.
 */
export function ownedObject(fieldManager: string, fields: readonly string[] = ["status"]) {
  const shared = new Map<string, ManagedFieldsEntry[]>();

  function share(managed: unknown): ManagedFieldsEntry[] {
    const text = JSON.stringify(managed);
    const known = shared.get(text);
    if (known) return known;
    if (shared.size >= SHARED_SETS) shared.clear();
    const entries = [{ manager: fieldManager, operation: "Apply", fieldsV1: managed }];
    shared.set(text, entries);
    return entries;
  }

  return (object: LiveObject): LiveObject => {
    const { apiVersion, kind, metadata } = object;
    const { name, uid, resourceVersion } = metadata;
    const kept = Object.fromEntries(
      KEPT_METADATA.flatMap((field) => (field in metadata ? [[field, metadata[field]]] : [])),
    );
    const trimmed: LiveObject = { apiVersion, kind, metadata: { ...kept, name, uid, resourceVersion } };
    if (metadata.annotations?.[LAST_APPLIED] !== undefined) {
      const { [LAST_APPLIED]: _, ...annotations } = metadata.annotations;
      trimmed.metadata.annotations = annotations;
    }
    const applied = appliedFields(object, fieldManager);
    if (applied !== null) trimmed.metadata.managedFields = share(applied);
    for (const field of fields) if (object[field] !== undefined) trimmed[field] = object[field];
    return trimmed;
  };
}
