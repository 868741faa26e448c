/** A signal that aborts with any of its parents, or by itself. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Lets go of the parents; call it when the work is over. */
  unlink(): void;
}

/**
 * `AbortSignal.any` with an end: a composite that somebody listens to stays reachable from its parents until one of
 * them aborts, and the parents here live as long as the process.
 */
export function linkSignals(...parents: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const own = new AbortController();
  const unlinks: (() => void)[] = [];
  for (const parent of parents) {
    if (parent === undefined) continue;
    const pass = () => own.abort(parent.reason);
    if (parent.aborted) pass();
    parent.addEventListener("abort", pass);
    unlinks.push(() => parent.removeEventListener("abort", pass));
  }
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    unlink() {
      for (const unlink of unlinks.splice(0)) unlink();
    },
  };
}
