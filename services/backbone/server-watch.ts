import type { Readiness } from "./readiness.ts";

/** A connection that can say whether its server still answers. */
export interface Pingable {
  /** Resolves when the server answers; else throws the cause in one line. */
  ping(): Promise<void>;
}

export interface WatchTimes {
  /** Time between an answer and the next question, ms. */
  everyMs: number;
  /** An answer that takes longer is none, ms. */
  patienceMs: number;
}

const usual: WatchTimes = { everyMs: 5_000, patienceMs: 5_000 };

/**
 * Asks servers again and again whether they still answer, so that /readyz names the cause also while there is nothing
 * to do: work that meets a lost connection says so itself, idle work would not.
 */
export class ServerWatch {
  readonly #readiness: Readiness;
  readonly #times: WatchTimes;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(readiness: Readiness, times: WatchTimes = usual) {
    this.#readiness = readiness;
    this.#times = times;
  }

  /** Watches a connection that was just made; one at a time of each server. */
  add(server: string, connection: Pingable): void {
    if (this.#stopped) return;
    clearTimeout(this.#timers.get(server));
    const timer = setTimeout(() => this.#look(server, connection), this.#times.everyMs);
    timer.unref();
    this.#timers.set(server, timer);
  }

  /** Asks no more: the connections are about to be closed. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  async #look(server: string, connection: Pingable): Promise<void> {
    const cause = await this.#causeOf(server, connection);
    if (this.#stopped) return;
    // Not by the name that the work reports under: a server that answers may still refuse what the work asks of it.
    this.#readiness.report(`${server}, watched`, cause);
    this.add(server, connection);
  }

  async #causeOf(server: string, connection: Pingable): Promise<string | null> {
    const { patienceMs } = this.#times;
    const { promise: late, resolve } = Promise.withResolvers<string>();
    const timer = setTimeout(() => resolve(`${server} did not answer within ${patienceMs} ms`), patienceMs);
    const answer = connection.ping().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const cause = await Promise.race([answer, late]);
    clearTimeout(timer);
    return cause;
  }
}

/** Whether what was opened can be asked. */
export function isPingable(opened: unknown): opened is Pingable {
  return typeof opened === "object" && opened !== null && "ping" in opened && typeof opened.ping === "function";
}
