import type { LiveObject, ObjectMeta } from "../kube-object.ts";

/** A ConfigMap as a server would give it, with what a test sets. */
export function liveObject(name: string, metadata: Partial<ObjectMeta> = {}, fields: object = {}): LiveObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    ...fields,
    metadata: { namespace: "city", uid: `uid-of-${name}`, resourceVersion: "1", ...metadata, name },
  };
}
