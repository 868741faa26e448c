/** What freshness is computed from: a part of SourceState. */
export interface SourceTimes {
  /** Newest poll that counted, ms. */
  lastPollAt: number;
  /** Newest poll at which any content had changed, ms. */
  movedAt: number;
  /** How long an observation of the newest poll holds, ms. */
  holdMs: number;
}

/** Whose present the ages are measured against. */
export interface Present {
  /** The wall clock, ms. */
  now: number;
  /** True for a recording: it has no present of its own, so its newest poll is taken for it. */
  recorded: boolean;
}

/** Why a source counts as stale: never polled; its newest poll no longer holds; polled, but its data stands still. */
export type StaleCause = "never_polled" | "polls_stopped" | "data_frozen";

export interface Freshness {
  /** Since the source's data last moved, ms; null before its first poll. */
  dataAgeMs: number | null;
  /** Since its last poll that counted, ms; null before its first poll. */
  pollAgeMs: number | null;
  stale: boolean;
  /** Null when it is fresh. */
  cause: StaleCause | null;
}

/**
 * Data that stood still this long is called frozen, ms. Vélib's feed freezes for up to two hours while its polls go
 * on; by day some station of a network moves every few minutes, so that a quarter of an hour is no coincidence.
 */
export const frozenAfterMs = 15 * 60_000;

/**
 * How old a source's data is: the one definition behind API, metrics, badge, condition and alert.
 *
 * stale ⇔ never polled, or poll age ≥ hold, or data age ≥ max(`frozenAfterMs`, hold). A clock behind the source's
 * gives age 0.
 */
export function freshness(source: SourceTimes | null, present: Present): Freshness {
  if (source === null) return { dataAgeMs: null, pollAgeMs: null, stale: true, cause: "never_polled" };
  const now = presentOf(source, present);
  const pollAgeMs = Math.max(0, now - source.lastPollAt);
  const dataAgeMs = Math.max(0, now - source.movedAt);
  const cause = staleCause(pollAgeMs, dataAgeMs, source.holdMs);
  return { dataAgeMs, pollAgeMs, stale: cause !== null, cause };
}

function presentOf(source: SourceTimes, present: Present): number {
  return present.recorded ? source.lastPollAt : present.now;
}

function staleCause(pollAgeMs: number, dataAgeMs: number, holdMs: number): StaleCause | null {
  if (pollAgeMs >= holdMs) return "polls_stopped";
  if (dataAgeMs >= Math.max(frozenAfterMs, holdMs)) return "data_frozen";
  return null;
}
