/** How many polls tell the pace of a recording. */
export const pollsForInterval = 20;

/** When there is only one poll: a minute, the pace of a live feed. */
const onePollIntervalMs = 60_000;

/** The median time between polls, ms. */
export function medianInterval(times: readonly number[]): number {
  const gaps = times
    .slice(1)
    .map((time, i) => time - times[i]!)
    .filter((gap) => gap > 0)
    .toSorted((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] ?? onePollIntervalMs;
}
