import { expect, it } from "vitest";
import { durationMs, durationPattern, parseDuration, positiveDurationPattern } from "./duration.ts";

it.each([
  ["500ms", 500],
  ["0s", 0],
  ["90s", 90_000],
  ["3m", 180_000],
  ["10h", 36_000_000],
  ["35d", 3_024_000_000],
  ["007m", 420_000],
])("%s is %i ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
  expect(durationMs(text)).toBe(ms);
  expect(new RegExp(durationPattern).test(text)).toBe(true);
  expect(new RegExp(positiveDurationPattern).test(text)).toBe(ms > 0);
});

it.each(["", "3", "7w", "d7", "3 m", " 3m", "3m ", "-3m", "1.5h", "3min", "3M", "1h30m", "1234567890s", "PT3M"])(
  "%j is no duration",
  (text) => {
    expect(parseDuration(text)).toBeNull();
    expect(() => durationMs(text)).toThrow(RangeError);
    expect(new RegExp(durationPattern).test(text)).toBe(false);
  },
);
