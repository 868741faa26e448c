export interface BackOff {
  /** Longest wait after the first failure, ms. */
  baseMs: number;
  /** Longest wait at all, ms, unless the server asks for more. */
  capMs: number;
}

/**
 * How long to wait after the `attempt`-th failure in a row (1 for the first), ms: between half and the whole of
 * min(cap, base · 2^(attempt − 1)), so that clients that failed together do not come back together, and never less
 * than the server asked for.
 *
 * @param random a number in [0, 1)
 * @param retryAfterMs the server's own wish (`SourceError.retryAfterMs`), null for none
 */
export function backOffMs(attempt: number, backOff: BackOff, random: number, retryAfterMs: number | null): number {
  const longest = Math.min(backOff.capMs, backOff.baseMs * 2 ** (attempt - 1));
  const jittered = Math.round((longest * (1 + random)) / 2);
  return Math.max(jittered, retryAfterMs ?? 0);
}
