import { readFileSync } from "node:fs";
import type { TSchema } from "typebox";
import Value from "typebox/value";
import { describe, expect, it } from "vitest";
import { customResourceDefinition, type Resource, resources } from "./crd.ts";
import { generatedFiles } from "./crd-files.ts";
import { itemsOf, rulesOf, schemasIn, textOf } from "./structural-schema.ts";
import { rejections } from "./testing/rejections.ts";

describe("the generated files", () => {
  it.each([...generatedFiles()])("%s is what the schemas make it", (path, text) => {
    const file = new URL(`../../${path}`, import.meta.url);

    const written = readFileSync(file, "utf8");

    expect(written === text, `${path} differs: run node operator/api/write-crds.ts`).toBe(true);
  });
});

describe.each(resources.map((resource) => [resource.names.kind, resource] as const))("%s", (_kind, resource) => {
  it("has a rejected example for each of its rules", () => {
    const messages = [...new Set(messagesOf(resource))];

    const without = messages.filter((message) => !rejections.some((rejection) => shows(rejection.message, message)));

    expect(without, "messages of rules without a rejected example in testing/").toEqual([]);
  });

  it("describes every member, so that kubectl explain says something of each", () => {
    const silent = [...schemas(resource.spec, "spec"), ...schemas(resource.status, "status")].filter(
      ([, schema]) => textOf(schema, "description") === null,
    );

    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it("has defaults that its own schema accepts", () => {
    const wrong = [...schemas(resource.spec, "spec")].filter(([, schema]) => {
      if (!("default" in schema)) return false;
      return !Value.Check(schema, Value.Default(schema, structuredClone(schema.default)));
    });

    expect(wrong.map(([path]) => path)).toEqual([]);
  });

  it("is listed by short name and categories, and has a status of its own", () => {
    const crd = customResourceDefinition(resource);

    expect(crd).toMatchObject({
      spec: {
        names: { categories: ["all", "velib"], shortNames: [resource.names.shortName] },
        versions: [{ subresources: { status: {} } }],
      },
    });
  });
});

/**
 * A rejection shows a rule by its message and what came, or by the message's beginning where the rest would repeat
 * another's. Of either kind: fields that both have are made by one function.
 */
function shows(rejection: string, message: string): boolean {
  return rejection.startsWith(message) || message.startsWith(rejection);
}

function messagesOf({ spec, rules }: Resource): string[] {
  const below = [...schemas(spec, "spec")].flatMap(([, schema]) => rulesOf(schema));
  return [...rulesOf(spec), ...below, ...rules].map(({ message }) => message);
}

/** Every schema below one that a user or the operator writes, by its path. */
function* schemas(schema: TSchema, path: string): Generator<[string, TSchema]> {
  for (const [name, member] of schemasIn(schema, "properties")) {
    yield [`${path}.${name}`, member];
    yield* schemas(member, `${path}.${name}`);
  }
  const items = itemsOf(schema);
  if (items === null) return;
  yield [`${path}[]`, items];
  yield* schemas(items, `${path}[]`);
}
