import type { DeadLetter, DeadLetterReason } from "../dead-letter/dead-letter.ts";

export interface DeadLetterQuery {
  source?: string;
  reason?: DeadLetterReason;
  /** Only letters with an event time in [from, to), ms. */
  from?: number;
  to?: number;
  /** Only this letter. */
  id?: string;
  limit?: number;
}

/** What could not be used, kept and counted. */
export interface DeadLetters {
  /**
   * Idempotent by letter id. Returns how many were new; a store may count a letter anew that it has known for so long
   * that thousands of others came since.
   */
  put(letters: DeadLetter[]): Promise<number>;
  /** Newest event time first, then by id. */
  list(query: DeadLetterQuery): Promise<DeadLetter[]>;
  counts(): Promise<{ source: string; reason: DeadLetterReason; count: number }[]>;
  close(): Promise<void>;
}
