import type { KubeApi } from "../../../operator/runtime/kube-api.ts";

/** Writes of the operator, in order: verb and object. */
export interface Write {
  verb: string;
  what: string;
}

/** Events and the leader's lease are no writes of a reconcile. */
export function recordingWrites(api: KubeApi, writes: Write[]): KubeApi {
  const note = (verb: string, kind: string, name: string) => {
    if (kind !== "Event") writes.push({ verb, what: `${kind} ${name}` });
  };
  return {
    ...api,
    create: (type, object, options) => {
      note("create", type.kind, object.metadata.name);
      return api.create(type, object, options);
    },
    apply: (type, object, options) => {
      note("apply", type.kind, object.metadata.name);
      return api.apply(type, object, options);
    },
    applyStatus: (type, object, options) => {
      note("status", type.kind, object.metadata.name);
      return api.applyStatus(type, object, options);
    },
    patch: (type, key, patch, options) => {
      note("patch", type.kind, key.name);
      return api.patch(type, key, patch, options);
    },
    delete: (type, key, options) => {
      note("delete", type.kind, key.name);
      return api.delete(type, key, options);
    },
  };
}
