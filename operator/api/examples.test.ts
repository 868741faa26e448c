import { readFileSync } from "node:fs";
import type { TSchema } from "typebox";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { KubeObject } from "../runtime/kube-object.ts";
import { ModelTrainingSpec } from "./model-training.ts";
import { parseModelTraining, parseVelibPipeline } from "./parse-resource.ts";
import { apiVersion } from "./resource-names.ts";
import { itemsOf, schemasIn } from "./structural-schema.ts";
import { documented, examples, quickStart } from "./testing/examples.ts";
import { VelibPipelineSpec } from "./velib-pipeline.ts";

const ours = [...examples(), ...quickStart(), ...documented()].flatMap(({ file, objects }) =>
  objects.filter((object) => object.apiVersion === apiVersion).map((object) => [file, object.kind, object] as const),
);

describe("what users are shown", () => {
  it.each(ours)("%s: its %s has the members that the type says", (_file, kind, object) => {
    const parse = kind === "ModelTraining" ? parseModelTraining : parseVelibPipeline;

    expect(() => parse(object)).not.toThrow();
  });

  it.each(ours)("%s: its %s has no member that the schema does not know", (_file, kind, object) => {
    const schema = kind === "ModelTraining" ? ModelTrainingSpec : VelibPipelineSpec;

    expect(unknownMembers(schema, object.spec, "spec")).toEqual([]);
  });

  it("shows every kind of source that needs no recording, and every kind of Kafka, MongoDB and Cassandra", () => {
    const pipelines = ours
      .filter(([, kind]) => kind === "VelibPipeline")
      .map(([, , object]) => parseVelibPipeline(object));
    const shown = pipelines.flatMap(({ spec: { sources, kafka, mongodb, cassandra } }) =>
      [...sources, kafka, mongodb, cassandra].flatMap((union) => Object.keys(union)),
    );

    expect(new Set(shown)).toEqual(
      new Set([
        ...shown,
        "opendatasoft",
        "gbfs",
        "simulator",
        "strimzi",
        "bootstrapServers",
        "community",
        "connectionSecretRef",
        "datacenter",
        "contactPoints",
      ]),
    );
  });
});

it("the quick start is made of all its files", () => {
  const kustomization = readFileSync(new URL("../../k8s/quick-start/kustomization.yaml", import.meta.url), "utf8");

  const { resources } = parse(kustomization);

  expect([...resources].sort()).toEqual(quickStart().map(({ file }) => file.split("/").at(-1)));
});

describe("an example", () => {
  it("names each Secret and ConfigMap that it refers to, or says how to make it", () => {
    const missing = examples().flatMap(({ file, objects }) =>
      referencesIn(objects)
        .filter((name) => !namesIn(objects).has(name))
        .map((name) => [file, name]),
    );

    expect(missing).toEqual([["k8s/examples/users-flow.yaml", "users-hash-key"]]);
  });
});

function namesIn(objects: readonly KubeObject[]): Set<string> {
  return new Set(
    objects.filter(({ kind }) => kind === "Secret" || kind === "ConfigMap").map(({ metadata }) => metadata.name),
  );
}

/** The names under every `…SecretKeyRef`, `secretKeyRef`, `…SecretRef`, `secretRef` and `configMapRef`. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    const named = typeof member === "object" && member !== null && "name" in member ? String(member.name) : null;
    return named !== null && /(secretKeyRef|secretRef|configMapRef)$/i.test(key) ? [named] : referencesIn(member);
  });
}

function unknownMembers(schema: TSchema, value: unknown, path: string): string[] {
  const items = itemsOf(schema);
  if (Array.isArray(value)) {
    return items === null ? [] : value.flatMap((element, i) => unknownMembers(items, element, `${path}[${i}]`));
  }
  const members = new Map(schemasIn(schema, "properties"));
  if (typeof value !== "object" || value === null || members.size === 0) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const known = members.get(name);
    return known === undefined ? [`${path}.${name}`] : unknownMembers(known, member, `${path}.${name}`);
  });
}
