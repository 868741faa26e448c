/** Minutes that a time zone is ahead of UTC at a time (ms since the epoch). */
export type ZoneOffset = (at: number) => number;

const quarterMs = 900_000;

/** The offset of a zone of the IANA database; null when there is no such zone. */
export function zoneOffset(timeZone: string): ZoneOffset | null {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset", hour: "numeric" });
  } catch {
    return null;
  }
  // Offsets change on quarters of an hour at most, and formatting costs microseconds for each row of a feed.
  const known = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / quarterMs);
    const offset = known.get(quarter) ?? offsetAt(format, quarter * quarterMs);
    known.set(quarter, offset);
    return offset;
  };
}

function offsetAt(format: Intl.DateTimeFormat, at: number): number {
  const name = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (60 * Number(hours ?? 0) + Number(minutes ?? 0));
}
