import { expect, it } from "vitest";
import { dayAndHour, monthOf, within } from "./time-buckets.ts";

it.each([
  ["2024-11-08T00:00:00.000Z", "2024-11", "2024-11-08", 0],
  ["2024-11-30T23:59:59.999Z", "2024-11", "2024-11-30", 23],
  ["1969-12-31T23:00:00.000Z", "1969-12", "1969-12-31", 23],
])("puts %s into its month, day and hour", (time, month, day, hour) => {
  expect(monthOf(Date.parse(time))).toBe(month);
  expect(dayAndHour(Date.parse(time))).toEqual({ day, hour });
});

it("gives open ends a month before or after all others", () => {
  expect(monthOf(-Infinity)).toBe("0001-01");
  expect(monthOf(Number.MAX_SAFE_INTEGER)).toBe("9999-12");
  expect(new Date(within(Infinity)).getTime()).toBe(8.64e15);
});
