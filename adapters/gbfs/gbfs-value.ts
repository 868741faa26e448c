import { isObject, isoTime, text } from "../http/json-value.ts";

/** The languages a person of this project reads, best first; any other one is better than none. */
const languages = ["en", "fr"];

/** The member of the best language, else the first one. */
export function byLanguage<T>(entries: readonly (readonly [language: string, T])[]): T | null {
  for (const wanted of languages) {
    const found = entries.find(([language]) => language.toLowerCase().split(/[-_]/)[0] === wanted);
    if (found !== undefined) return found[1];
  }
  return entries[0]?.[1] ?? null;
}

/** A text of 1.x and 2.x, or the best of a 3.0 list of `{text, language}`. */
export function localizedText(value: unknown): string | null {
  if (!Array.isArray(value)) return text(value);
  const entries = value.flatMap((entry: unknown) => {
    const words = isObject(entry) ? text(entry.text) : null;
    return isObject(entry) && words !== null ? [[text(entry.language) ?? "", words] as const] : [];
  });
  return byLanguage(entries);
}

/** A time, ms: POSIX seconds in 1.x and 2.x, RFC 3339 in 3.0; null for anything else. 0 is how feeds say "never". */
export function gbfsTime(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) && value > 0 ? Math.round(value * 1000) : null;
  return isoTime(value);
}

/** A flag: 0 or 1 in 1.x, true or false since 2.0; null for anything else. */
export function flag(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  if (value === 1) return true;
  return value === 0 ? false : null;
}

/** The `ttl` of a body, ms; null when it gives none. */
export function ttlOf(body: unknown): number | null {
  const ttl = isObject(body) ? body.ttl : null;
  return typeof ttl === "number" && Number.isFinite(ttl) && ttl >= 0 ? ttl * 1000 : null;
}

/** The `data` of a body, null when it has none. */
export function dataOf(body: unknown): Record<string, unknown> | null {
  return isObject(body) && isObject(body.data) ? body.data : null;
}
