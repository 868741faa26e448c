import type { TSchema } from "typebox";
import Value from "typebox/value";

/** The first thing that is wrong, as one line: where, what was expected, and the remedy. */
export function firstProblem(schema: TSchema, value: unknown, origin: string): string {
  const errors = [...Value.Errors(schema, value)];
  const unknownKey = errors.find((error) => error.schemaPath.endsWith("/additionalProperties"));
  if (unknownKey !== undefined) {
    const path = unknownKey.instancePath.split("/").slice(1);
    const key = path.at(-1) ?? "";
    const known = knownKeys(schema, path.slice(0, -1));
    return `${origin}: ${field(path)}: unknown key "${key}"; known here: ${known.join(", ")}`;
  }
  const error = errors[0];
  if (error === undefined) return `${origin}: not valid`;
  const path = error.instancePath.split("/").slice(1);
  const came = JSON.stringify(valueAt(value, path));
  return `${origin}: ${field(path)}: ${error.message}, got ${came}; see docs/reference/configuration.md`;
}

/** `sources[0].name` of ["sources", "0", "name"]. */
function field(path: readonly string[]): string {
  const text = path.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`)).join("");
  return text === "" ? "(top level)" : text.replace(/^\./, "");
}

function knownKeys(schema: TSchema, path: readonly string[]): string[] {
  let at: unknown = schema;
  for (const part of path) at = /^\d+$/.test(part) ? member(at, "items") : member(member(at, "properties"), part);
  const properties = member(at, "properties");
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce(member, value);
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
