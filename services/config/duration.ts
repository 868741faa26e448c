const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const durationPattern = "^[0-9]{1,9}(ms|s|m|h|d)$";
export const positiveDurationPattern = "^(?=0*[1-9])[0-9]{1,9}(ms|s|m|h|d)$";

/** `"90s"`, `"3m"`, `"10h"`, `"30d"`, `"500ms"` as ms; null when it is none of these. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  if (match === null) return null;
  const [, number, unit] = match;
  return Number(number) * units[unit as keyof typeof units];
}
