import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dateAfter, dateAt, localDay, timeZone } from "./time-zone.ts";

const hourMs = 3_600_000;

function zone(name: string) {
  const found = timeZone(name);
  if (found === null) throw new Error(`no zone ${name}`);
  return found;
}

it.each(["Europe/Nowhere", "", "+25:00"])("knows no zone %j", (name) => {
  expect(timeZone(name)).toBeNull();
});

it.each([
  { name: "UTC", date: "2024-11-08", start: "2024-11-08T00:00:00Z", hours: 24 },
  { name: "Europe/Paris", date: "2024-11-08", start: "2024-11-07T23:00:00Z", hours: 24 },
  { name: "Europe/Paris", date: "2024-03-31", start: "2024-03-30T23:00:00Z", hours: 23 },
  { name: "Europe/Paris", date: "2024-10-27", start: "2024-10-26T22:00:00Z", hours: 25 },
  { name: "America/New_York", date: "2024-11-03", start: "2024-11-03T04:00:00Z", hours: 25 },
  { name: "Asia/Kolkata", date: "2024-11-08", start: "2024-11-07T18:30:00Z", hours: 24 },
  { name: "Pacific/Kiritimati", date: "2024-11-08", start: "2024-11-07T10:00:00Z", hours: 24 },
  { name: "Pacific/Pago_Pago", date: "2024-11-08", start: "2024-11-08T11:00:00Z", hours: 24 },
  // Midnight is skipped: the day begins at one o'clock.
  { name: "Asia/Beirut", date: "2024-03-31", start: "2024-03-30T22:00:00Z", hours: 23 },
])("$name: $date begins at $start and is $hours hours long", ({ name, date, start, hours }) => {
  const day = localDay(zone(name), date);

  expect(day?.start).toBe(Date.parse(start));
  expect((day?.end ?? 0) - (day?.start ?? 0)).toBe(hours * hourMs);
});

it.each(["2024-02-30", "2024-13-01", "2024-11-8", "yesterday", "2024-11-08T00:00Z"])("%s is no date", (date) => {
  expect(localDay(zone("UTC"), date)).toBeNull();
  expect(dateAfter(date, 1)).toBeNull();
});

describe("days of any zone", () => {
  const zones = ["Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia"].map(zone);
  const times = fc.integer({ min: Date.parse("2015-01-01T00:00:00Z"), max: Date.parse("2026-01-01T00:00:00Z") });

  it("hold the times that are of their date, and meet without a gap", () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), times, (in_, at) => {
        const date = dateAt(in_, at);
        const day = localDay(in_, date)!;
        const next = localDay(in_, dateAfter(date, 1)!)!;

        expect(day.start).toBeLessThanOrEqual(at);
        expect(at).toBeLessThan(day.end);
        expect(dateAt(in_, day.start - 1) < date).toBe(true);
        expect(next.start).toBe(day.end);
      }),
    );
  });
});
