import type { HourRates } from "./hour-rates.ts";
import { hourLogOdds } from "./hour-rates.ts";
import type { Situation } from "./samples.ts";

/** What a model looks at, in the order of its coefficients. A model with other features is of another release. */
export const featureNames = [
  "reached_now",
  "count_up_to_10",
  "log_count",
  "share_left",
  "change_30_min",
  "relative_drop_30_min",
  "hour_log_odds",
  "hour_log_odds_if_3_left",
  "hour_sine",
  "hour_cosine",
  "weekend",
  "inverse_count",
] as const;

const fewLeft = 3;

/** Writes the features of a situation into `into` from `offset` on; none of them looks beyond its moment. */
export function writeFeatures(into: Float64Array, offset: number, situation: Situation, rates: HourRates): void {
  const { count, places, pastCount, hour, weekend } = situation;
  const logOdds = hourLogOdds(rates, situation);
  const angle = (2 * Math.PI * hour) / 24;
  into[offset] = Number(count === 0);
  into[offset + 1] = Math.min(count, 10);
  into[offset + 2] = Math.log1p(count);
  into[offset + 3] = places === 0 ? 0 : count / places;
  into[offset + 4] = count - pastCount;
  into[offset + 5] = pastCount === 0 ? 0 : Math.max(0, pastCount - count) / pastCount;
  into[offset + 6] = logOdds;
  into[offset + 7] = count <= fewLeft ? logOdds : 0;
  into[offset + 8] = Math.sin(angle);
  into[offset + 9] = Math.cos(angle);
  into[offset + 10] = Number(weekend);
  into[offset + 11] = 1 / (1 + count);
}

/** The features of many situations, row by row. */
export function featureMatrix(situations: readonly Situation[], rates: HourRates): Float64Array {
  const columns = featureNames.length;
  const matrix = new Float64Array(situations.length * columns);
  for (const [i, situation] of situations.entries()) writeFeatures(matrix, i * columns, situation, rates);
  return matrix;
}
