/** A JSON object, as opposed to null, an array, or a scalar. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A count: null when absent, NaN when it is of another type. */
export function count(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  return typeof value === "number" ? value : Number.NaN;
}

/** A finite number, or null. */
export function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** A text that says something, or null. */
export function text(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

/** The code of a station as text: networks write it as text or as a number, also beyond 32 bits. */
export function code(value: unknown): string | null {
  if (Number.isSafeInteger(value)) return String(value);
  return text(value)?.trim() ?? null;
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** An instant in ISO 8601 with its offset, ms since the epoch; null for anything else. */
export function isoTime(value: unknown): number | null {
  if (typeof value !== "string" || !instant.test(value)) return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : ms;
}
