import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { stateMetrics } from "./testing/exported-metrics.ts";

const crds: Record<string, string> = {
  VelibPipeline: "velibpipelines.velib.dev.yaml",
  ModelTraining: "modeltrainings.velib.dev.yaml",
};

function schemaOf(kind: string): unknown {
  const text = readFileSync(new URL(`../../../crds/${crds[kind]}`, import.meta.url), "utf8");
  return parse(text).spec.versions[0].schema.openAPIV3Schema;
}

/** The schema at a path into a resource; a list is stepped into. */
function at(schema: unknown, path: readonly string[]): unknown {
  let here = schema;
  for (const part of path) {
    here = Object(Object(here).properties)[part];
    if (Object(here).type === "array") here = Object(here).items;
  }
  return here;
}

describe("the configuration of kube-state-metrics", () => {
  const { resources } = stateMetrics().spec;

  it("covers both resources in the version that is served", () => {
    expect(resources.map(({ groupVersionKind }) => groupVersionKind)).toEqual([
      { group: "velib.dev", version: "v1alpha1", kind: "VelibPipeline" },
      { group: "velib.dev", version: "v1alpha1", kind: "ModelTraining" },
    ]);
  });

  it.each(
    resources.flatMap(({ groupVersionKind: { kind }, metrics }) =>
      metrics.map(({ name, each }) => ({ kind, name, gauge: each.gauge })),
    ),
  )("reads $kind's $name from fields that the resource has", ({ kind, gauge }) => {
    const value = at(schemaOf(kind), gauge.path);
    const paths = [gauge.valueFrom ?? [], ...Object.values(gauge.labelsFromPath ?? {})];

    expect(value).toBeDefined();
    for (const path of paths) expect(at(value, path), path.join(".")).toBeDefined();
  });
});
