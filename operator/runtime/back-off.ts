/** How long to wait after failures in a row. */
export interface BackOff {
  /** Wait after the first failure, ms. */
  baseMs: number;
  /** No wait is longer, ms. */
  capMs: number;
}

/**
 * Wait after `failures` failures in a row (1, 2, …): min(cap, base · 2^(failures − 1)) · u, u uniform in [0.5, 1), so
 * that what failed together does not come back together. `random` gives numbers in [0, 1).
 */
export function backOffMs({ baseMs, capMs }: BackOff, failures: number, random: () => number): number {
  const exponential = Math.min(capMs, baseMs * 2 ** (failures - 1));
  return exponential * (0.5 + random() / 2);
}
