import { deadLetter } from "../../core/dead-letter/dead-letter.ts";
import type { DeadLetters } from "../../core/ports/dead-letters.ts";
import type { UserBatch, UserLog } from "../../core/ports/user-log.ts";
import type { UserStore } from "../../core/ports/user-store.ts";
import { usersSource } from "../../core/users/users-api.ts";
import type { Metrics } from "../metrics/metrics.ts";

export const usersArchiverGroup = "users-archiver";

/** Writes every user of the log into the store. Reading again writes the same rows. */
export class UsersArchiver {
  readonly #store: UserStore;
  readonly #deadLetters: DeadLetters;
  readonly #metrics: Metrics;

  constructor(store: UserStore, deadLetters: DeadLetters, metrics: Metrics) {
    this.#store = store;
    this.#deadLetters = deadLetters;
    this.#metrics = metrics;
  }

  /** Reads the log as one of the archivers until `signal` aborts. @throws VelibError of the log or the store */
  run(log: UserLog, signal: AbortSignal): Promise<void> {
    return log.consume(usersArchiverGroup, (batch) => this.take(batch), { signal });
  }

  /** The partition is not this archiver's any more. */
  revoked(partition: number): void {
    this.#metrics.logLag.revoked({ group: usersArchiverGroup, partition });
  }

  /** Durable when it resolves. */
  async take({ partition, entries, nextOffset, endOffset }: UserBatch): Promise<void> {
    const users = entries.flatMap((entry) => ("user" in entry ? [entry.user] : []));
    const letters = entries.flatMap((entry) => {
      if ("user" in entry) return [];
      const { at, detail, shape } = entry.undecodable;
      const position = `${partition}/${entry.offset}`;
      const origin = { log: "users" as const, partition, offset: String(entry.offset) };
      return [{ ...deadLetter(usersSource, at, "undecodable-record", detail, shape, position), origin }];
    });
    if (letters.length > 0) await this.#deadLetters.put(letters);
    if (users.length > 0) await this.#store.put(users);
    const source = usersSource;
    for (const { reason } of letters) this.#metrics.deadLetters.inc({ source, reason });
    this.#metrics.usersArchived.inc(users.length);
    this.#metrics.logLag.handled({ group: usersArchiverGroup, partition }, nextOffset, endOffset);
  }
}
