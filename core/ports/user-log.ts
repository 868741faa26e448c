import type { User } from "./user-store.ts";

/** A user as the log has it: personal data is as the configuration wants it already. */
export interface CreatedUser extends User {
  /** When the users API gave the user, ms since the epoch. */
  createdAt: number;
}

/** A user read back, or what could not be decoded in its place; `shape` tells its fields and types, no values. */
export type UserEntry =
  | { offset: bigint; user: CreatedUser }
  | { offset: bigint; undecodable: { at: number; detail: string; shape: string } };

/** Consecutive entries of one partition. */
export interface UserBatch {
  partition: number;
  entries: UserEntry[];
  /** The offset after the last entry, where reading goes on. */
  nextOffset: bigint;
  /** The offset after the newest record of the partition when this batch was fetched: lag = end − next. */
  endOffset: bigint;
}

/** What a consumer's owner does with a batch; once it resolves, the batch counts as handled. */
export type UserHandler = (batch: UserBatch) => Promise<void>;

/** The log of users created. A user may be in it more than once: readers go by id, the later one counts. */
export interface UserLog {
  /** Durable when it resolves; all of the users or none are seen. After a failure: again, the same users do no harm. */
  append(users: readonly CreatedUser[]): Promise<void>;
  /**
   * Reads as a member of `group` until `signal` aborts, from where the group was. Each record is handled at least
   * once; the records of one user come in the order they were appended.
   */
  consume(group: string, handler: UserHandler, options: { signal: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}
