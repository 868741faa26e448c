import type { TSchemaOptions } from "typebox";
import { Type } from "typebox";

/** A type or null as JSON Schema 2020-12 says it, which OpenAPI 3.1 takes: `type: [x, "null"]`. */
export function nullableNumber(options: TSchemaOptions = {}) {
  return Type.Unsafe<number | null>({ type: ["number", "null"], ...options });
}

export function nullableInteger(options: TSchemaOptions = {}) {
  return Type.Unsafe<number | null>({ type: ["integer", "null"], ...options });
}

export function nullableText(options: TSchemaOptions = {}) {
  return Type.Unsafe<string | null>({ type: ["string", "null"], ...options });
}

/** ISO 8601, UTC. */
export function time(options: TSchemaOptions = {}) {
  return Type.String({ format: "date-time", ...options });
}

export function nullableTime(options: TSchemaOptions = {}) {
  return nullableText({ format: "date-time", ...options });
}

/** One of a closed list of words. */
export function oneOf<const Words extends readonly string[]>(words: Words, options: TSchemaOptions = {}) {
  return Type.Unsafe<Words[number]>({ type: "string", enum: [...words], ...options });
}

/** The ISO 8601 UTC form of an instant in ms; null stays null. */
export function isoTime(ms: number): string;
export function isoTime(ms: number | null): string | null;
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
