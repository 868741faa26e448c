import type { CreatedUser, UserBatch, UserHandler, UserLog } from "../../../core/ports/user-log.ts";
import type { User, UserStore } from "../../../core/ports/user-store.ts";

/** A users log of one partition in memory. */
export class MemoryUserLog implements UserLog {
  readonly users: CreatedUser[] = [];
  /** Thrown by the next append, once. */
  failure: Error | null = null;

  async append(users: readonly CreatedUser[]): Promise<void> {
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure;
    this.users.push(...users);
  }

  /** Hands out what is there in one batch. */
  async consume(_group: string, handler: UserHandler): Promise<void> {
    await handler(this.batch());
  }

  batch(): UserBatch {
    const entries = this.users.map((user, n) => ({ offset: BigInt(n), user }));
    const end = BigInt(entries.length);
    return { partition: 0, entries, nextOffset: end, endOffset: end };
  }

  async close(): Promise<void> {}
}

/** Users in memory, by id. */
export class MemoryUserStore implements UserStore {
  readonly users = new Map<string, User>();
  puts = 0;

  async put(users: readonly User[]): Promise<void> {
    this.puts++;
    for (const user of users) this.users.set(user.id, user);
  }

  async user(id: string): Promise<User | null> {
    return this.users.get(id) ?? null;
  }

  async close(): Promise<void> {}
}

export function userOf(n: number): User {
  return {
    id: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
    firstName: "Élise",
    lastName: "Le Roy",
    gender: "female",
    dateOfBirth: "1984-02-29",
    address: `${n} Rue des Lilas, Paris, France`,
    postCode: "75011",
    email: `elise${n}@example.com`,
    phone: "01-99-00-12-34",
    username: `silverbird${n}`,
    registeredAt: 1_557_126_489_000,
    picture: null,
    contract: null,
  };
}
