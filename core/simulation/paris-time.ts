const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The local hour at which a service day starts: when the fewest bikes are under way. */
export const serviceDayHour = 4;

/**
 * Offset of legal time in Paris from UTC, ms: one hour, two in summer. Summer time runs from 01:00 UTC on the last
 * Sunday of March to 01:00 UTC on the last Sunday of October (Directive 2000/84/EC).
 */
export function parisOffsetMs(at: number): number {
  const year = new Date(at).getUTCFullYear();
  const summer = at >= lastSunday(year, 2) + hourMs && at < lastSunday(year, 9) + hourMs;
  return summer ? 2 * hourMs : hourMs;
}

function lastSunday(year: number, month: number): number {
  const lastDay = Date.UTC(year, month + 1, 0);
  return lastDay - new Date(lastDay).getUTCDay() * dayMs;
}

/** One day of service: from 04:00 Paris time to the next 04:00 (23 or 25 hours when the clocks change). */
export interface ServiceDay {
  /** Days since 1970-01-01, local. */
  index: number;
  /** ms since the epoch, inclusive. */
  start: number;
  /** ms since the epoch, exclusive. */
  end: number;
  weekend: boolean;
}

/** The service day that contains the time (ms since the epoch). */
export function serviceDayAt(at: number): ServiceDay {
  return serviceDay(Math.floor((at + parisOffsetMs(at) - serviceDayHour * hourMs) / dayMs));
}

/** The service day by its index. */
export function serviceDay(index: number): ServiceDay {
  const weekday = (((index + 4) % 7) + 7) % 7;
  return { index, start: startOf(index), end: startOf(index + 1), weekend: weekday === 0 || weekday === 6 };
}

function startOf(index: number): number {
  const local = index * dayMs + serviceDayHour * hourMs;
  // At 04:00 local time the clock change of that day (01:00 UTC) has passed under either offset.
  return local - parisOffsetMs(local - hourMs);
}
