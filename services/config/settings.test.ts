import { describe, expect, it } from "vitest";
import { durationMs } from "../../core/time/duration.ts";
import { checkConfig } from "./load-config.ts";
import { holdMs, retentionSettings, windowSettings } from "./settings.ts";

const minute = 60_000;

describe("the window", () => {
  it.each(["1s", "1m", "3m", "5m", "15m", "1h", "24h", "1d"])("may be %s", (window) => {
    const settings = windowSettings(checkConfig({ aggregation: { window, allowedLateness: "0s" } }, "test"));

    expect(settings).toEqual({ lengthMs: durationMs(window), latenessMs: 0 });
  });

  it.each(["7m", "7s", "5h", "25h", "2d"])("may not be %s, which does not divide a day", (window) => {
    expect(() => windowSettings(checkConfig({ aggregation: { window } }, "test"))).toThrow(
      expect.objectContaining({ code: "VELIB_CONFIG_WINDOW", message: expect.stringContaining("aggregation.window") }),
    );
  });
});

describe("the hold", () => {
  it.each([
    [undefined, minute, 10 * minute],
    [undefined, 5 * minute, 10 * minute],
    [undefined, 20 * minute, 40 * minute],
    ["90s", 20 * minute, 90_000],
  ])("configured as %s, of an interval of %i ms, is %i ms", (hold, intervalMs, expected) => {
    expect(holdMs(hold, intervalMs)).toBe(expected);
  });
});

describe("the retention", () => {
  it("keeps the history for ever unless told", () => {
    const day = 24 * 60 * minute;

    expect(retentionSettings(checkConfig({}, "test"))).toEqual({
      logMs: 2 * day,
      windowsMs: 35 * day,
      historyMs: null,
    });
    expect(retentionSettings(checkConfig({ retention: { history: "1d" } }, "test")).historyMs).toBe(day);
  });
});
