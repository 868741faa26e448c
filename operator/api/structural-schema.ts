import type { TSchema } from "typebox";
import Value from "typebox/value";
import type { CelRule } from "./cel-rules.ts";

/** A schema as a CustomResourceDefinition holds it. */
export type StructuralSchema = Record<string, unknown>;

/** What only TypeBox and the reference page read. */
const ownKeywords = new Set([
  "expected",
  "pattern",
  "patternProperties",
  "required",
  "properties",
  "items",
  "default",
  "description",
]);

/**
 * JSON Schema as TypeBox writes it → structural schema
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema):
 * - a member with a default is not required: the API server fills it in before it validates;
 * - what is expected and the default go into the description, all that `kubectl explain` shows;
 * - a pattern becomes a rule where `expected` says it in words: the server's own message would show the expression;
 * - the default of a mapping holds the defaults of its members: the API server checks rules on it as it stands;
 * - a record's `patternProperties` become `additionalProperties`.
 */
export function structuralSchema(schema: TSchema): StructuralSchema {
  const structural: StructuralSchema = describedBy(schema);
  for (const [keyword, value] of Object.entries(schema)) {
    if (!ownKeywords.has(keyword)) structural[keyword] = value;
  }
  if ("default" in schema) structural.default = Value.Default(schema, structuredClone(schema.default));
  const properties = schemasIn(schema, "properties");
  if (properties.length > 0) {
    structural.properties = Object.fromEntries(properties.map(([name, member]) => [name, structuralSchema(member)]));
    const required = properties.filter(([name, member]) => isRequired(schema, name) && !("default" in member));
    if (required.length > 0) structural.required = required.map(([name]) => name);
  }
  const items = Reflect.get(schema, "items");
  if (isSchema(items)) structural.items = structuralSchema(items);
  const [record] = schemasIn(schema, "patternProperties");
  if (record !== undefined) structural.additionalProperties = structuralSchema(record[1]);
  return { ...structural, ...patternOf(schema) };
}

/** The schemas of an object's members, by name. */
export function schemasIn(schema: TSchema, keyword: "properties" | "patternProperties"): [string, TSchema][] {
  const members: unknown = Reflect.get(schema, keyword);
  if (typeof members !== "object" || members === null) return [];
  return Object.entries(members).filter((entry): entry is [string, TSchema] => isSchema(entry[1]));
}

/** The schema of a list's elements; null for anything else. */
export function itemsOf(schema: TSchema): TSchema | null {
  const items: unknown = Reflect.get(schema, "items");
  return isSchema(items) ? items : null;
}

/** The rules that stand on a schema, the one made from its pattern included. */
export function rulesOf(schema: TSchema): CelRule[] {
  const rules: unknown = Reflect.get(schema, "x-kubernetes-validations");
  return [...patternRules(schema), ...(Array.isArray(rules) ? rules : [])];
}

/** A keyword's text; null where the schema has none. */
export function textOf(schema: TSchema, keyword: "description" | "expected" | "pattern" | "type"): string | null {
  const text: unknown = Reflect.get(schema, keyword);
  return typeof text === "string" ? text : null;
}

export function isRequired(schema: TSchema, name: string): boolean {
  const required: unknown = Reflect.get(schema, "required");
  return Array.isArray(required) && required.includes(name);
}

function describedBy(schema: TSchema): StructuralSchema {
  const description = textOf(schema, "description");
  if (description === null) return {};
  const expected = textOf(schema, "expected");
  const fallback: unknown = Reflect.get(schema, "default");
  const shown = fallback === undefined || typeof fallback === "object" ? "" : `. Default: ${fallback}`;
  return { description: `${description}${expected === null ? "" : ` (${expected})`}${shown}` };
}

function patternOf(schema: TSchema): StructuralSchema {
  const pattern = textOf(schema, "pattern");
  if (pattern !== null && textOf(schema, "expected") === null) return { pattern };
  const rules = rulesOf(schema);
  return rules.length === 0 ? {} : { "x-kubernetes-validations": rules };
}

function patternRules(schema: TSchema): CelRule[] {
  const pattern = textOf(schema, "pattern");
  const expected = textOf(schema, "expected");
  if (pattern === null || expected === null) return [];
  return [
    {
      rule: `self.matches(${celText(pattern)})`,
      message: `expected ${expected}`,
      messageExpression: `${celText(`expected ${expected}, got `)} + self`,
    },
  ];
}

/** A text as CEL writes it: raw, so that the backslashes of a pattern stay; none here has a quote of both kinds. */
function celText(text: string): string {
  return text.includes("'") ? `r"${text}"` : `r'${text}'`;
}

function isSchema(value: unknown): value is TSchema {
  return typeof value === "object" && value !== null;
}
