import { describe, expect, it } from "vitest";
import { parisOffsetMs, serviceDayAt } from "./paris-time.ts";

const hours = 3_600_000;

describe("Paris time", () => {
  it.each([
    ["2026-03-29T00:59:59Z", 1],
    ["2026-03-29T01:00:00Z", 2],
    ["2026-10-25T00:59:59Z", 2],
    ["2026-10-25T01:00:00Z", 1],
    ["2024-11-06T06:50:00Z", 1],
  ])("is ahead of UTC at %s by %d h", (time, expected) => {
    expect(parisOffsetMs(Date.parse(time)) / hours).toBe(expected);
  });

  it.each([
    ["2026-05-12T02:00:00Z", "2026-05-12T02:00:00Z", 24, false],
    ["2026-05-12T01:59:59Z", "2026-05-11T02:00:00Z", 24, false],
    ["2026-05-16T12:00:00Z", "2026-05-16T02:00:00Z", 24, true],
    ["2026-03-28T23:00:00Z", "2026-03-28T03:00:00Z", 23, true],
    ["2026-10-24T23:00:00Z", "2026-10-24T02:00:00Z", 25, true],
  ])("puts %s into the service day from %s of %d hours", (time, start, length, weekend) => {
    const day = serviceDayAt(Date.parse(time));

    expect(new Date(day.start).toISOString()).toBe(start.replace("Z", ".000Z"));
    expect((day.end - day.start) / hours).toBe(length);
    expect(day.weekend).toBe(weekend);
  });

  it("joins service days without gap or overlap through two years", () => {
    let day = serviceDayAt(Date.UTC(2025, 0, 1));
    for (let count = 0; count < 730; count++) {
      const next = serviceDayAt(day.end);
      expect(next.start).toBe(day.end);
      expect(next.index).toBe(day.index + 1);
      day = next;
    }
  });
});
