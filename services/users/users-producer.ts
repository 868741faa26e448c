import type { DeadLetters } from "../../core/ports/dead-letters.ts";
import type { UserLog } from "../../core/ports/user-log.ts";
import type { PersonalDataFilter } from "../../core/users/personal-data.ts";
import { type UsersPage, usersSource } from "../../core/users/users-api.ts";
import type { Metrics } from "../metrics/metrics.ts";

/** Puts the users of an API into the log, without the personal data that is not asked for. */
export class UsersProducer {
  readonly #log: UserLog;
  readonly #deadLetters: DeadLetters;
  readonly #filter: PersonalDataFilter;
  readonly #metrics: Metrics;

  constructor(log: UserLog, deadLetters: DeadLetters, filter: PersonalDataFilter, metrics: Metrics) {
    this.#log = log;
    this.#deadLetters = deadLetters;
    this.#filter = filter;
    this.#metrics = metrics;
  }

  /** Durable when it resolves: the users in the log, what was no user in the dead letters. */
  async take({ at, users, deadLetters, readable }: UsersPage): Promise<void> {
    const started = performance.now();
    await this.#deadLetters.put(deadLetters);
    await this.#log.append(users.map((user) => ({ ...this.#filter(user), createdAt: at })));
    const source = usersSource;
    for (const { reason } of deadLetters) {
      this.#metrics.deadLetters.inc({ source, reason });
      if (reason === "invalid-user") this.#metrics.users.inc({ outcome: "rejected" });
    }
    this.#metrics.users.inc({ outcome: "created" }, users.length);
    this.#metrics.polls.inc({ source, outcome: readable ? "counted" : "rejected" });
    this.#metrics.processing.observe({ stage: "append" }, (performance.now() - started) / 1000);
  }
}
