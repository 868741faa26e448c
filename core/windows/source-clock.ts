/**
 * The known time of a source: a station observed at every poll is known on [p, min(next poll, p + hold)) for each
 * poll p, so the time it was known between two instants is a difference of one function of time that all such
 * stations share. A station then costs nothing at polls that leave it unchanged.
 */
export class SourceClock {
  /** Last poll applied, ms; NaN before the first. */
  pollAt = Number.NaN;
  /** How long that poll's observations hold, ms. */
  holdMs = 0;
  /** Known time up to that poll, ms. */
  #known = 0;
  /** The latest instant up to which any observation holds, ms. */
  heldUntil = Number.NEGATIVE_INFINITY;

  /** Known time accumulated up to `t` ≥ the last poll, ms. */
  knownAt(t: number): number {
    return Number.isNaN(this.pollAt) ? 0 : this.#known + Math.min(t - this.pollAt, this.holdMs);
  }

  /** Moves to the next poll. Returns when an observation of the previous poll would expire (NaN at the first). */
  advance(at: number, holdMs: number): number {
    const expiry = this.pollAt + this.holdMs;
    this.#known = this.knownAt(at);
    this.pollAt = at;
    this.holdMs = holdMs;
    this.heldUntil = Math.max(this.heldUntil, at + holdMs);
    return expiry;
  }

  /** Whether a station present at the last poll is known in the instant before `t` > that poll. */
  knownBefore(t: number): boolean {
    return t <= this.pollAt + this.holdMs;
  }

  snapshot(): SourceClockState {
    return { pollAt: this.pollAt, holdMs: this.holdMs, known: this.#known, heldUntil: this.heldUntil };
  }

  static restore(state: SourceClockState): SourceClock {
    const clock = new SourceClock();
    clock.pollAt = state.pollAt;
    clock.holdMs = state.holdMs;
    clock.#known = state.known;
    clock.heldUntil = state.heldUntil;
    return clock;
  }
}

export interface SourceClockState {
  pollAt: number;
  holdMs: number;
  known: number;
  heldUntil: number;
}
