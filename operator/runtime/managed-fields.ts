import type { KubeObject } from "./kube-object.ts";
import { isRecord } from "./kube-payload.ts";

/**
 * The fields that `manager` owns by server-side apply (FieldsV1), outside subresources; null when it owns none. Without
 * the owner references: they hold the owner's uid, which makes equal sets differ, and can be read off the object.
 */
export function appliedFields(object: KubeObject, manager: string): unknown {
  const entry = object.metadata.managedFields?.find(
    (each) => each.manager === manager && each.operation === "Apply" && !each.subresource,
  );
  const fields = entry?.fieldsV1 ?? null;
  if (!isRecord(fields) || !isRecord(fields["f:metadata"])) return fields;
  const { "f:ownerReferences": _owners, ...metadata } = fields["f:metadata"];
  return { ...fields, "f:metadata": metadata };
}

/**
 * Whether a FieldsV1 set names every field of a desired object, its owner references aside. The server takes a field away from its owner when
 * someone else sets it to another value or removes it, so a field missing here was changed by somebody: no values need
 * to be compared, and defaults or normal forms (`1000m` → `1`) do not look like drift.
 *
 * FieldsV1 (structured-merge-diff): `f:name` a field, `k:{…}` an item of a list with keys, `v:…` a value of a set, `{}`
 * a leaf or an atomic whole, `.` the thing itself.
 */
export function coversObject(fields: unknown, desired: KubeObject): boolean {
  const { apiVersion: _version, kind: _kind, metadata, ...content } = desired;
  const { name: _name, namespace: _namespace, ownerReferences: _owners, ...tracked } = metadata;
  return covers(fields, { metadata: tracked, ...content });
}

function covers(fields: unknown, value: unknown): boolean {
  if (isNothing(value)) return true;
  if (!isRecord(fields)) return false;
  const isLeaf = Object.keys(fields).length === 0;
  if (isLeaf) return true;
  if (Array.isArray(value)) return value.every((item) => coversItem(fields, item));
  if (!isRecord(value)) return false;
  return Object.entries(value).every(([name, each]) => isNothing(each) || covers(fields[`f:${name}`], each));
}

function coversItem(fields: Record<string, unknown>, item: unknown): boolean {
  return Object.entries(fields).some(([path, inner]) => {
    if (path.startsWith("v:")) return path.slice(2) === JSON.stringify(item);
    return path.startsWith("k:") && isRecord(item) && hasKeys(item, path.slice(2)) && covers(inner, item);
  });
}

/** A key that the item leaves to its default (a port's protocol) fits any value. */
function hasKeys(item: Record<string, unknown>, keys: string): boolean {
  const expected: unknown = JSON.parse(keys);
  if (!isRecord(expected)) return false;
  return Object.entries(expected).every(([name, value]) => item[name] === undefined || item[name] === value);
}

/** What the server may drop on the way in: it owns no field, and its absence is no drift. */
function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.values(value).every(isNothing);
}
