import { describe, expect, it } from "vitest";
import type { KubeObject } from "./kube-object.ts";
import { appliedFields, coversObject } from "./managed-fields.ts";
import { liveObject } from "./testing/live-object.ts";

const object = (fields: object): KubeObject => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, ...fields });
const ports = {
  "f:spec": {
    "f:ports": {
      'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {}, "f:name": {}, "f:protocol": {} },
    },
  },
};

describe("the fields of a server-side apply", () => {
  it.each([
    ["a scalar", { "f:data": { "f:a": {} } }, { data: { a: "1" } }, true],
    ["a scalar that another owns", { "f:data": { "f:b": {} } }, { data: { a: "1" } }, false],
    ["anything in an atomic field", { "f:spec": {} }, { spec: { a: [1, { b: 2 }] } }, true],
    [
      "an item of a list with keys",
      ports,
      { spec: { ports: [{ containerPort: 80, protocol: "TCP", name: "x" }] } },
      true,
    ],
    ["an item with a key left to its default", ports, { spec: { ports: [{ containerPort: 80, name: "x" }] } }, true],
    ["an item with a field that another owns", ports, { spec: { ports: [{ containerPort: 80, hostIP: "x" }] } }, false],
    ["an item of another key", ports, { spec: { ports: [{ containerPort: 81, name: "x" }] } }, false],
    ["a value of a set", { "f:spec": { "f:names": { 'v:"x"': {} } } }, { spec: { names: ["x"] } }, true],
    ["a value that is not in the set", { "f:spec": { "f:names": { 'v:"x"': {} } } }, { spec: { names: ["y"] } }, false],
    ["what the server drops: null and empty", {}, { spec: { a: null, b: "", c: [], d: { e: {} } } }, true],
    ["no field at all", null, { data: { a: "1" } }, false],
  ])("cover %s: %#", (_what, fields, content, covered) => {
    expect(coversObject(fields, object(content))).toBe(covered);
  });

  it("are those of the manager's own apply, not of its updates, of its status or of others", () => {
    const entry = (manager: string, operation: string, fieldsV1: object, subresource?: string) => ({
      manager,
      operation,
      fieldsV1,
      subresource,
    });
    const live = liveObject("a", {
      managedFields: [
        entry("ours", "Update", { "f:a": {} }),
        entry("theirs", "Apply", { "f:b": {} }),
        entry("ours", "Apply", { "f:c": {} }, "status"),
        entry("ours", "Apply", { "f:d": {}, "f:metadata": { "f:labels": {}, "f:ownerReferences": {} } }),
      ],
    });

    expect(appliedFields(live, "ours")).toEqual({ "f:d": {}, "f:metadata": { "f:labels": {} } });
    expect(appliedFields(live, "nobody")).toBeNull();
  });
});
