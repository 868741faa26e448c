/** Date and time in a file name: `20241108_165002`, `2024-11-01T0855Z`, `2024-11-01T08-55-00Z`. */
const written = /(?<!\d)(\d{4})-?(\d\d)-?(\d\d)[T_ -](\d\d)[:-]?(\d\d)(?:[:-]?(\d\d))?(Z)?(?!\d)/;

/**
 * When a body was fetched, ms, as its file name says: in UTC with a trailing Z, else in the local time of the zone.
 * Null for a name without a time. Of an hour that comes twice when clocks are set back, it is the first.
 */
export function bodyTime(name: string, timeZone: string): number | null {
  const match = written.exec(name);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0));
  const clock = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
  const shown = new Date(clock);
  const isReal = shown.getUTCMonth() === month! - 1 && shown.getUTCHours() === hour && shown.getUTCMinutes() === minute;
  if (!isReal) return null;
  return match[7] === "Z" ? clock : localTime(clock, timeZone);
}

/** The instant at which a clock in the zone shows what a UTC clock shows at `clock`. */
function localTime(clock: number, timeZone: string): number {
  const offsets = [clock - 86_400_000, clock + 86_400_000].map((at) => offsetAt(at, timeZone));
  const instants = offsets.map((offset) => clock - offset).filter((at) => at + offsetAt(at, timeZone) === clock);
  // None: the hour that is left out when clocks are set forward.
  return instants.length > 0 ? Math.min(...instants) : clock - offsets[0]!;
}

/** How far the zone's clocks are ahead of UTC at an instant, ms. */
function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((p) => p.type === type)?.value);
  const clock = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return clock - Math.floor(at / 1000) * 1000;
}
