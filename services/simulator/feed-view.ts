import type { City } from "../../core/simulation/city.ts";
import type { CityState } from "../../core/simulation/simulation.ts";

/** What one answer shows: the published state and which rows of it, in which order. */
export interface FeedView {
  city: City;
  state: CityState;
  /** Indexes of stations, one a row. */
  rows: readonly number[];
}

/** The rows with about one in twenty said twice, as when two pages of an upstream overlap. */
export function withDuplicates(rows: readonly number[], draw: (purpose: number) => number): number[] {
  const certain = Math.floor(draw(0) * rows.length);
  return rows.flatMap((row, index) => (index === certain || draw(1 + index) < 0.05 ? [row, row] : [row]));
}
