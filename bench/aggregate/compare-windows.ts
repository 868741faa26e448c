import type { StationWindow } from "../../core/windows/station-window.ts";

const tolerance = 1e-9;
const shown = 5;

export type WindowTable = Map<string, StationWindow>;

export function keyOf({ source, station, start }: StationWindow): string {
  return `${source}/${station} ${start}`;
}

/** What a table has otherwise than the expected one, the first few in words; numbers may differ by 1e-9. */
export function differences(expected: WindowTable, found: WindowTable): string[] {
  const lines: string[] = [];
  for (const [key, window] of expected) {
    const other = found.get(key);
    if (other === undefined) lines.push(`${key}: missing`);
    else lines.push(...fieldDifferences(key, window, other));
  }
  for (const key of found.keys()) if (!expected.has(key)) lines.push(`${key}: not expected`);
  if (lines.length <= shown) return lines;
  return [...lines.slice(0, shown), `and ${lines.length - shown} more`];
}

function fieldDifferences(key: string, expected: StationWindow, found: StationWindow): string[] {
  const values = new Map<string, unknown>(Object.entries(found));
  const names = new Set([...Object.keys(expected), ...values.keys()]);
  const wanted = new Map<string, unknown>(Object.entries(expected));
  return [...names]
    .filter((name) => !same(wanted.get(name), values.get(name)))
    .map((name) => `${key}: ${name} is ${values.get(name)}, expected ${wanted.get(name)}`);
}

function same(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= tolerance;
  return a === b;
}
