const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration of a spec (`90s`, `7d`) as ms. @throws RangeError on another text, which the resource's schema refuses */
export function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
  const unitMs = units[unit ?? ""];
  if (unitMs === undefined) throw new RangeError(`expected a duration such as 90s or 7d, got ${text}`);
  return Number(amount) * unitMs;
}
