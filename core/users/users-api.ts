import type { DeadLetter } from "../dead-letter/dead-letter.ts";
import type { User } from "../ports/user-store.ts";

/** What the users flow is called where sources are told apart: in dead letters and as the label of metrics. */
export const usersSource = "users";

/** One answer of a users API. */
export interface UsersPage {
  /** When it was asked for, ms since the epoch. */
  at: number;
  /** With all their personal data. */
  users: User[];
  /** What of the answer could not be used, without personal data. */
  deadLetters: DeadLetter[];
  /** False when there is nothing but the dead letter of the whole answer. */
  readable: boolean;
}

/** An API that is asked for newly registered users. */
export interface UsersApi {
  /** How it is named in messages: its URL without credentials. */
  readonly description: string;
  /** @throws VelibError VELIB_SOURCE_* when there is no answer to judge (unreachable, timeout, status, too large) */
  fetch(at: number, signal: AbortSignal): Promise<UsersPage>;
}
