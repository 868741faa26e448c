import type { TSchema } from "typebox";
import Value from "typebox/value";
import { annotation, member, propertiesOf, schemaAt } from "./config-schema.ts";

/** Of a wrong value, as much is quoted. */
const shownCharacters = 80;

/** The first thing that is wrong, as one line: where, what was expected and came, and the remedy. */
export function firstProblem(schema: TSchema, value: unknown, origin: string): string {
  const errors = [...Value.Errors(schema, value)];
  for (const { keyword, params, instancePath } of errors) {
    if (keyword !== "additionalProperties") continue;
    const path = pathOf(instancePath);
    const key = params.additionalProperties[0] ?? "";
    const known = propertiesOf(schemaAt(schema, path)).map(([name]) => name);
    return `${origin}: ${fieldName([...path, key])}: unknown key "${key}"; known here: ${known.join(", ")}`;
  }
  for (const { keyword, params, instancePath } of errors) {
    if (keyword !== "required") continue;
    const path = [...pathOf(instancePath), params.requiredProperties[0] ?? ""];
    return `${origin}: ${fieldName(path)}: missing, expected ${expected(schema, path)}; see docs/reference/configuration.md`;
  }
  const path = pathOf(errors[0]?.instancePath ?? "");
  const came = shown(path.reduce(member, value));
  return `${origin}: ${fieldName(path)}: expected ${expected(schema, path)}, got ${came}; see docs/reference/configuration.md`;
}

function pathOf(instancePath: string): string[] {
  return instancePath.split("/").slice(1);
}

/** `sources[0].name` of ["sources", "0", "name"]. */
function fieldName(path: readonly string[]): string {
  const text = path.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`)).join("");
  return text === "" ? "(top level)" : text.replace(/^\./, "");
}

function expected(schema: TSchema, path: readonly string[]): string {
  const at = schemaAt(schema, path);
  return annotation(at, "expected") ?? (member(at, "type") === "array" ? "a list" : "a mapping of keys to values");
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
}
