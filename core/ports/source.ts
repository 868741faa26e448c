import type { Poll, UnreadablePoll } from "../observation/reading.ts";

/** The licence a network publishes its data under, shown wherever the data is. */
export interface Attribution {
  text: string;
  licence: string;
  url: string | null;
}

/** A feed that is asked for its newest state. */
export interface PolledSource {
  /** How it is named in messages: its URL without credentials. */
  readonly description: string;
  readonly attribution: Attribution;
  /** True when the data is made up (a simulator): shown as a badge. */
  readonly simulated: boolean;
  /** The shortest useful time between polls as the feed itself says it (GBFS `ttl`), ms; null when it does not. */
  readonly ttlMs: number | null;
  /**
   * Fetches once. A body that did not change since the last poll (304) gives the same readings at the new time.
   * @throws VelibError VELIB_SOURCE_* when there is no body to judge (unreachable, timeout, HTTP status, too large).
   *   `retryAfterMs` on the error is the server's own wish.
   */
  poll(at: number, signal: AbortSignal): Promise<Poll | UnreadablePoll>;
}

/** Polls that were recorded, oldest first. */
export interface Recording {
  readonly description: string;
  /** The network it was recorded of: the default source name. */
  readonly network: string;
  readonly attribution: Attribution;
  /** Median time between its first polls, ms. */
  readonly intervalMs: number;
  /** Yields polls later than `after` (ms); `progress` is the share read so far, 0 to 1. */
  polls(after: number | null): AsyncIterable<{ poll: Poll | UnreadablePoll; progress: number }>;
}
