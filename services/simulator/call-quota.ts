const dayMs = 86_400_000;

/** Calls of a simulated day (UTC), as the open-data portal counts and announces them. */
export class CallQuota {
  readonly #limit: number;
  #day = Number.NaN;
  #calls = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a call at a simulated time (ms); `exceeded` when the day's calls were used up before it. */
  count(at: number): { exceeded: boolean; resetAt: number; headers: Record<string, string> } {
    const day = Math.floor(at / dayMs);
    if (day !== this.#day) {
      this.#day = day;
      this.#calls = 0;
    }
    this.#calls++;
    const resetAt = (day + 1) * dayMs;
    return {
      exceeded: this.#calls > this.#limit,
      resetAt,
      headers: {
        "X-RateLimit-Limit": String(this.#limit),
        "X-RateLimit-Remaining": String(Math.max(0, this.#limit - this.#calls)),
        "X-RateLimit-Reset": resetTime(resetAt),
      },
    };
  }

  get limit(): number {
    return this.#limit;
  }
}

/** As the portal writes it in the body of a 429: 2024-11-09T00:00:00Z. */
export function resetTime(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
