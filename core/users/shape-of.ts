const mostKeys = 40;
const deepest = 4;
/** What a field is called; other keys may be data. */
const fieldName = /^[A-Za-z_][A-Za-z_-]{0,39}$/;

/**
 * What a JSON value looks like without a single one of its values: `{email: string, dob: {age: number}}`. For dead
 * letters about people.
 */
export function shapeOf(value: unknown, depth = 0): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${value.length} × ${shapeOf(value[0], depth)}]`;
  if (typeof value !== "object") return value === undefined ? "nothing" : typeof value;
  if (depth >= deepest) return "{…}";
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, mostKeys)
    .map(([key, field]) => `${fieldName.test(key) ? key : "?"}: ${shapeOf(field, depth + 1)}`);
  return `{${shown.join(", ")}${entries.length > mostKeys ? ", …" : ""}}`;
}
