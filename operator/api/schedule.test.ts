import Value from "typebox/value";
import { describe, expect, it } from "vitest";
import { Schedule, TimeZone } from "./schedule.ts";

describe("Schedule", () => {
  it.each([
    "15 2 * * *",
    "*/5 * * * *",
    "0,30 8-18/2 * * 1-5",
    "0 0 1 jan,JUL mon",
    "59 23 31 12 6",
    "? ? ? ? ?",
    "0  3 * * *",
    "@daily",
  ])("takes %s", (schedule) => {
    expect(Value.Check(Schedule(""), schedule)).toBe(true);
  });

  it.each([
    ["too few fields", "15 2 * *"],
    ["seconds", "0 15 2 * * *"],
    ["a minute of 60", "60 * * * *"],
    ["an hour of 24", "0 24 * * *"],
    ["a day of 0", "0 0 0 * *"],
    ["a month of 13", "0 0 * 13 *"],
    ["a Sunday of 7, which CronJob refuses", "0 0 * * 7"],
    ["words", "every night"],
    ["a time zone in the schedule", "TZ=Europe/Paris 0 3 * * *"],
    ["a phase that depends on the controller's start", "@every 1h"],
    ["a step of 0", "*/0 * * * *"],
  ])("refuses %s", (_, schedule) => {
    expect(Value.Check(Schedule(""), schedule)).toBe(false);
  });
});

describe("TimeZone", () => {
  it("takes every zone that this runtime knows", () => {
    const refused = Intl.supportedValuesOf("timeZone").filter((zone) => !Value.Check(TimeZone(""), zone));

    expect(refused).toEqual([]);
  });

  it.each(["paris", "+02:00", "../etc/passwd", "Europe/Paris ", ""])("refuses %j", (zone) => {
    expect(Value.Check(TimeZone(""), zone)).toBe(false);
  });
});
