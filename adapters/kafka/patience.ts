import { VelibError } from "../../core/errors.ts";

export interface PatienceOptions {
  /** For how long calls may fail before the failure is the caller's, ms. */
  outageMs: number;
  now: () => number;
  /** Told of the failure at the start of an outage, and of null at its end: readiness. */
  onOutage: (cause: VelibError | null) => void;
  /** Run before each repetition; that it fails is no news. */
  beforeAgain: () => Promise<void>;
  signal: AbortSignal;
}

/** Repeats calls to a cluster that does not answer, with growing pauses, until it does or was waited for too long. */
export class Patience {
  readonly #options: PatienceOptions;
  #failingSince: number | null = null;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /**
   * The call's answer. Null: the signal aborted meanwhile.
   * @throws what the call throws, when trying again can't help or did not for `outageMs`
   */
  async call<T>(call: () => Promise<T>): Promise<T | null> {
    const { outageMs, now, onOutage, beforeAgain, signal } = this.#options;
    for (let waitMs = 50; !signal.aborted; waitMs = Math.min(2_000, waitMs * 2)) {
      try {
        const answer = await call();
        if (this.#failingSince !== null) onOutage(null);
        this.#failingSince = null;
        return answer;
      } catch (error) {
        if (!(error instanceof VelibError) || !error.retryable) throw error;
        if (this.#failingSince === null) onOutage(error);
        this.#failingSince ??= now();
        if (now() - this.#failingSince > outageMs) throw error;
        await pause(waitMs, signal);
        await beforeAgain().catch(() => undefined);
      }
    }
    return null;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
