/** The browser's time zone by its IANA name. */
export const timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const dateAndClock = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const full = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});
const zoneName = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });

/** "16:05", with the day when that is not the day of `now`, with the year when not that year's (both ms). */
export function shortTime(time: number, now: number): string {
  if (new Date(time).toDateString() === new Date(now).toDateString()) return clock.format(time);
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? dayAndClock : dateAndClock).format(time);
}

/** "Fri, 8 Nov 2024, 16:05 CET" */
export function fullTime(time: number): string {
  return full.format(time);
}

/** "Europe/Paris (CET)" at that time. */
export function timeZoneInWords(time: number): string {
  const part = zoneName.formatToParts(time).find((found) => found.type === "timeZoneName");
  return part === undefined || part.value === timeZone ? timeZone : `${timeZone} (${part.value})`;
}
