import type { HistoryWindow } from "../network/station.ts";

/** Columns for a step chart; a null is a gap. Times are seconds since the epoch, as uPlot wants them. */
export interface HistorySeries {
  time: number[];
  bikes: (number | null)[];
  ebike: (number | null)[];
  docks: (number | null)[];
  bikesMin: (number | null)[];
  bikesMax: (number | null)[];
  /** By column: the window it is the start of; null where a gap begins. */
  windows: (HistoryWindow | null)[];
}

/**
 * Windows as steps: each mean holds from its window's start to its end. Where the next window does not start there
 * (nothing was known), the series is cut, so that no line is drawn over time without data.
 */
export function historySeries(windows: readonly HistoryWindow[]): HistorySeries {
  const series: HistorySeries = { time: [], bikes: [], ebike: [], docks: [], bikesMin: [], bikesMax: [], windows: [] };
  windows.forEach((window, i) => {
    push(series, window.start, window);
    const next = windows[i + 1];
    if (next !== undefined && next.start === window.end) return;
    // The step reaches its end first (a hair before the cut), and only then the gap begins.
    push(series, window.end - 1, window);
    push(series, window.end, null);
  });
  return series;
}

function push(series: HistorySeries, at: number, window: HistoryWindow | null): void {
  series.time.push(at / 1000);
  series.bikes.push(window?.bikesMean ?? null);
  series.ebike.push(window?.ebikeMean ?? null);
  series.docks.push(window?.docksMean ?? null);
  series.bikesMin.push(window?.bikesMin ?? null);
  series.bikesMax.push(window?.bikesMax ?? null);
  series.windows.push(window);
}
