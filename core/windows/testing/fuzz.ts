import type { Parameters } from "fast-check";

/**
 * Settings of a property: the same cases on each run, unless VELIB_FUZZ_SEED picks others; VELIB_FUZZ_RUNS tries more
 * of them than `runs`.
 */
export function fuzz<T>(runs: number): Parameters<T> {
  return {
    numRuns: Number(process.env.VELIB_FUZZ_RUNS ?? runs),
    seed: Number(process.env.VELIB_FUZZ_SEED ?? 20_241_108),
  };
}

/** The time that a property may take, ms: ten times what it needs on an idle machine; more runs may take longer. */
export const fuzzTimeoutMs = process.env.VELIB_FUZZ_RUNS === undefined ? 60_000 : 3_600_000;

/** An endless supply of the given choices, in turn: keeps what fast-check has to shrink short. */
export function inTurn<T>(choices: readonly [T, ...T[]]): () => T {
  let next = 0;
  return () => choices[next++ % choices.length] ?? choices[0];
}
