import { describe, expect, it } from "vitest";
import type { HistoryWindow } from "../network/station.ts";
import { historySeries } from "./history-series.ts";
import { historySummary } from "./history-summary.ts";

const minute = 60_000;

function window(startMinute: number, bikesMean: number, fields: Partial<HistoryWindow> = {}): HistoryWindow {
  return {
    start: startMinute * minute,
    end: (startMinute + 3) * minute,
    bikesMean,
    mechanicalMean: null,
    ebikeMean: null,
    docksMean: 5,
    bikesMin: bikesMean,
    bikesMax: bikesMean,
    coverage: 1,
    ...fields,
  };
}

describe("the history's series", () => {
  it("holds each mean until the next window starts", () => {
    const { time, bikes } = historySeries([window(0, 4), window(3, 6)]);

    expect(time).toEqual([0, 180, 359.999, 360]);
    expect(bikes).toEqual([4, 6, 6, null]);
  });

  it("is cut where a window is missing, rather than drawn across", () => {
    const { time, bikes } = historySeries([window(0, 4), window(9, 6)]);

    expect(time).toEqual([0, 179.999, 180, 540, 719.999, 720]);
    expect(bikes).toEqual([4, 4, null, 6, 6, null]);
  });

  it("is empty without windows", () => {
    expect(historySeries([]).time).toEqual([]);
  });

  it("keeps an unknown split as a gap of its own line", () => {
    expect(historySeries([window(0, 4, { ebikeMean: null })]).ebike).toEqual([null, null, null]);
  });
});

describe("the history in a sentence", () => {
  it("tells the range and the newest mean", () => {
    const words = historySummary([window(0, 4, { bikesMin: 2 }), window(3, 6, { bikesMax: 9 })], 0);

    expect(words).toContain("between 2 and 9, 6.0 on average in the newest window");
  });

  it("says when there is nothing", () => {
    expect(historySummary([], 0)).toBe("Chart without data");
  });
});
