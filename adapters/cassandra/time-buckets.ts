const dayMs = 86_400_000;
const hourMs = 3_600_000;

const yearOne = Date.parse("0001-01-01T00:00:00Z");
const yearTenThousand = Date.parse("+010000-01-01T00:00:00Z");

/** The UTC month of a time, `2024-11`: sorts as text. Times outside the years 1 to 9999 are in the nearest month. */
export function monthOf(at: number): string {
  const ms = Math.min(Math.max(at, yearOne), yearTenThousand - 1);
  return new Date(ms).toISOString().slice(0, 7);
}

/** The UTC day of a time, `2024-11-08`, and its hour, 0 to 23. */
export function dayAndHour(at: number): { day: string; hour: number } {
  const day = new Date(at).toISOString().slice(0, 10);
  return { day, hour: Math.floor((((at % dayMs) + dayMs) % dayMs) / hourMs) };
}

/** The full hour after a time. */
export function nextHour(at: number): number {
  return (Math.floor(at / hourMs) + 1) * hourMs;
}

/** The midnight after a time, UTC. */
export function nextDay(at: number): number {
  return (Math.floor(at / dayMs) + 1) * dayMs;
}

/** Days since the epoch: how CQL counts dates. */
export function epochDay(at: number): number {
  return Math.floor(at / dayMs);
}

const furthest = 8.64e15;

/** JavaScript and CQL know times up to ± 8.64e15 ms; open ends go beyond. */
export function within(ms: number): number {
  return Math.min(Math.max(ms, -furthest), furthest);
}
