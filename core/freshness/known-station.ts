import type { StationState } from "../state/station-state.ts";
import type { Present, SourceTimes } from "./freshness.ts";
import { freshness } from "./freshness.ts";

/**
 * Whether what was last observed of a station still holds: it was observed at all, its source's newest poll holds,
 * and the polls have not been missing it for `hold`. The last bound is counted from the first poll without it.
 */
export function isStationKnown(
  station: Pick<StationState, "content" | "absentSince">,
  source: SourceTimes | null,
  present: Present,
): boolean {
  if (station.content === null || source === null) return false;
  const { cause } = freshness(source, present);
  if (cause === "polls_stopped") return false;
  return station.absentSince === null || source.lastPollAt < station.absentSince + source.holdMs;
}
