const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const hourMs = 60 * minuteMs;

/** A zone of the IANA database: where days begin, and which hour it is. */
export interface TimeZone {
  readonly name: string;
  /** How far the zone's clocks are ahead of UTC at a time (ms since the epoch), ms. */
  offsetMs(at: number): number;
}

/** Null when there is no such zone. */
export function timeZone(name: string): TimeZone | null {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en", { timeZone: name, timeZoneName: "longOffset", hour: "numeric" });
  } catch {
    return null;
  }
  // Offsets change on quarters of an hour, and formatting costs microseconds for each of millions of rows.
  const known = new Map<number, number>();
  return {
    name,
    offsetMs(at) {
      const quarter = Math.floor(at / quarterMs);
      let offset = known.get(quarter);
      if (offset === undefined) {
        offset = offsetAt(format, quarter * quarterMs);
        known.set(quarter, offset);
      }
      return offset;
    },
  };
}

function offsetAt(format: Intl.DateTimeFormat, at: number): number {
  const name = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (hourMs * Number(hours ?? 0) + minuteMs * Number(minutes ?? 0));
}

/** The zone's calendar date at a time, `2024-11-08`. */
export function dateAt(zone: TimeZone, at: number): string {
  return new Date(at + zone.offsetMs(at)).toISOString().slice(0, 10);
}

/** A calendar day of a zone: 23 or 25 hours long when the clocks change. */
export interface LocalDay {
  /** `2024-11-08`. */
  date: string;
  /** ms since the epoch, inclusive. */
  start: number;
  /** ms since the epoch, exclusive. */
  end: number;
}

/** Null when the text is no calendar date. */
export function localDay(zone: TimeZone, date: string): LocalDay | null {
  const next = dateAfter(date, 1);
  if (next === null) return null;
  return { date, start: startOf(zone, date), end: startOf(zone, next) };
}

/** The calendar date some days later (earlier when negative); null when the text is no calendar date. */
export function dateAfter(date: string, days: number): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return null;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // The parser takes the 30th of February for the 1st of March.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return null;
  return new Date(midnight + days * 24 * hourMs).toISOString().slice(0, 10);
}

/**
 * The first moment of a date. Found by looking, because midnight is skipped where clocks go forward at it, and zones
 * are up to 14 hours from UTC.
 */
function startOf(zone: TimeZone, date: string): number {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  let before = midnight - 15 * hourMs;
  let at = midnight + 15 * hourMs;
  while (at - before > quarterMs) {
    const middle = before + Math.floor((at - before) / (2 * quarterMs)) * quarterMs;
    if (dateAt(zone, middle) < date) before = middle;
    else at = middle;
  }
  return at;
}
