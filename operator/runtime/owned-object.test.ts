import { describe, expect, it } from "vitest";
import { contentHash } from "./content-hash.ts";
import { BY_OWNER, ownedObject, ownerIndex } from "./owned-object.ts";
import { claimProblem, ownershipMarks } from "./ownership.ts";
import { liveObject } from "./testing/live-object.ts";

const configMaps = { apiVersion: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const ownerOf = (uid: string, name = "paris", kind = "Pipeline") => [
  { apiVersion: "velib.test/v1", kind, name, uid, controller: true },
];
const owner = liveObject("paris", { uid: "u1" }, { apiVersion: "velib.test/v1", kind: "Pipeline" });
const marks = ownershipMarks({ prefix: "velib.test", setName: "pipeline" });

describe("what is kept of an owned object", () => {
  it("is enough to compare and to index, not what it holds", () => {
    const managedFields = [
      { manager: "ours", operation: "Apply", fieldsV1: { "f:data": { "f:a": {} } }, time: "2026" },
    ];
    const annotations = { mine: "1", "kubectl.kubernetes.io/last-applied-configuration": "{}" };
    const object = liveObject(
      "a",
      { managedFields, annotations, ownerReferences: ownerOf("u1"), selfLink: "x" },
      { data: {} },
    );

    const kept = ownedObject("ours")({ ...object, status: { ready: 1 } });

    expect(kept).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "a",
        namespace: "city",
        uid: "uid-of-a",
        resourceVersion: "1",
        annotations: { mine: "1" },
        ownerReferences: ownerOf("u1"),
        managedFields: [{ manager: "ours", operation: "Apply", fieldsV1: { "f:data": { "f:a": {} } } }],
      },
      status: { ready: 1 },
    });
    expect(ownerIndex[BY_OWNER]?.(kept)).toEqual(["u1"]);
  });

  it("shares equal sets of fields between objects", () => {
    const transform = ownedObject("ours");
    const managed = () => [{ manager: "ours", operation: "Apply", fieldsV1: { "f:data": {} } }];

    const [a, b] = ["a", "b"].map((name) => transform(liveObject(name, { managedFields: managed() })));

    expect(a?.metadata.managedFields).toBe(b?.metadata.managedFields);
  });
});

describe("ownership", () => {
  const desired = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "1" } };

  it("is marked by namespace, owner, label and hash, the same for the same content", () => {
    const marked = marks.mark(desired, configMaps, owner, false);

    expect(marked.metadata).toMatchObject({ namespace: "city", labels: { "velib.test/part-of-set": "pipeline" } });
    expect(marked.metadata.ownerReferences).toMatchObject([{ uid: "u1", controller: true }]);
    expect(marks.mark({ ...desired }, configMaps, owner, false)).toEqual(marked);
    const changed = marks.mark({ ...desired, data: { a: "2" } }, configMaps, owner, false);
    expect(changed.metadata.annotations?.[marks.hash]).not.toBe(marked.metadata.annotations?.[marks.hash]);
  });

  it.each([
    ["another namespace", { metadata: { name: "a", namespace: "elsewhere" } }, configMaps],
    ["no namespace at all", {}, { ...configMaps, namespaced: false }],
    ["no name", { metadata: { name: "" } }, configMaps],
  ])("is refused to an object with %s", (_what, fields, type) => {
    expect(() => marks.mark({ ...desired, ...fields }, type, owner, false)).toThrow(/namespace|name/);
  });

  it.each([
    ["of this owner", { ownerReferences: ownerOf("u1") }, null],
    ["of another owner", { ownerReferences: ownerOf("u2", "lyon") }, "NotOurs"],
    ["of the deleted owner of that name", { ownerReferences: ownerOf("u0") }, "Terminating"],
    ["of another kind of owner of that name", { ownerReferences: ownerOf("u0", "paris", "Other") }, "NotOurs"],
    ["of nobody", {}, "NotOurs"],
    ["retained for an owner of that name", { annotations: { "velib.test/owner": "Pipeline.velib.test/paris" } }, null],
    ["being deleted", { ownerReferences: ownerOf("u1"), deletionTimestamp: "2026-01-05T12:00:00Z" }, "Terminating"],
  ])("can be claimed or not of an object %s", (_what, metadata, reason) => {
    expect(claimProblem(marks, configMaps, liveObject("a", metadata), owner)?.reason ?? null).toBe(reason);
  });
});

describe("a content hash", () => {
  it("does not depend on the order of keys, but on that of items", () => {
    expect(contentHash({ a: 1, b: { c: [1, 2], d: undefined } })).toBe(contentHash({ b: { c: [1, 2] }, a: 1 }));
    expect(contentHash([1, 2])).not.toBe(contentHash([2, 1]));
  });
});
