import type { HistoryWindow } from "../network/station.ts";
import { mean } from "../words/numbers.ts";
import { shortTime } from "../words/times.ts";

/** The chart in one sentence, for readers who do not see it. */
export function historySummary(windows: readonly HistoryWindow[], now: number): string {
  const first = windows[0];
  const last = windows.at(-1);
  if (first === undefined || last === undefined) return "Chart without data";
  const least = windows.reduce((low, window) => Math.min(low, window.bikesMin), first.bikesMin);
  const most = windows.reduce((high, window) => Math.max(high, window.bikesMax), first.bikesMax);
  const span = `${shortTime(first.start, now)} to ${shortTime(last.end, now)}`;
  return `Bikes from ${span}: between ${least} and ${most}, ${mean(last.bikesMean)} on average in the newest window. The table below holds every window.`;
}
