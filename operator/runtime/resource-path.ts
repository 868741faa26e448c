import type { ObjectKey, ResourceType } from "./kube-object.ts";

/** URL path of a kind's objects in a namespace, or in all of them (API conventions: `/api/v1`, `/apis/<group>/<version>`). */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.apiVersion.includes("/") ? "/apis" : "/api";
  const scope = type.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}/${type.apiVersion}${scope}/${type.plural}`;
}

/** URL path of one object. Throws for a namespaced kind without a namespace, which would name another resource. */
export function objectPath(type: ResourceType, key: ObjectKey, subresource?: string): string {
  if (type.namespaced && key.namespace === "") throw new Error(`${type.kind} ${key.name}: a namespace is needed`);
  const path = `${collectionPath(type, key.namespace)}/${encodeURIComponent(key.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** The parameters that are set, as a query with its question mark, or nothing. */
export function queryOf(parameters: Record<string, string | number | boolean | undefined>): string {
  const set = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "" && value !== false) set.set(name, String(value));
  }
  return set.size === 0 ? "" : `?${set}`;
}
