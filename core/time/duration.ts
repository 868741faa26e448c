const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What a duration looks like, for schemas; the second leaves 0 out. */
export const durationPattern = "^[0-9]{1,9}(ms|s|m|h|d)$";
export const positiveDurationPattern = "^(?=0*[1-9])[0-9]{1,9}(ms|s|m|h|d)$";

const parts = /^(\d{1,9})(ms|s|m|h|d)$/;

/** `"90s"`, `"3m"`, `"10h"`, `"30d"`, `"500ms"` as ms; null when it is none of these. */
export function parseDuration(text: string): number | null {
  const [, number, unit] = parts.exec(text) ?? [];
  const unitMs = units[unit ?? ""];
  return unitMs === undefined ? null : Number(number) * unitMs;
}

/** A duration that a schema has checked, as ms. @throws RangeError when it is none */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new RangeError(`expected a duration such as 90s or 7d, got ${text}`);
  return ms;
}
