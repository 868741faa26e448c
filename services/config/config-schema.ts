import type { TSchema } from "typebox";

/** The schema at a path into a value (`["sources", "0", "name"]`); undefined where it has none. */
export function schemaAt(schema: TSchema, path: readonly string[]): unknown {
  let at: unknown = schema;
  for (const part of path) at = /^\d+$/.test(part) ? member(at, "items") : member(member(at, "properties"), part);
  return at;
}

/** The properties of an object's schema, by name. */
export function propertiesOf(schema: unknown): [name: string, schema: unknown][] {
  const properties = member(schema, "properties");
  return typeof properties === "object" && properties !== null ? Object.entries(properties) : [];
}

/** A text that a schema carries, such as `description` or `expected`; null when it has none. */
export function annotation(schema: unknown, name: "description" | "expected"): string | null {
  const text = member(schema, name);
  return typeof text === "string" ? text : null;
}

export function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
