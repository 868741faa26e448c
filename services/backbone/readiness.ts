/** Whether a process can do its work, from what its connections report; the first cause is shown. */
export class Readiness {
  readonly #causes = new Map<string, string>([["start", "the service is starting"]]);

  /** Everything is connected. */
  started(): void {
    this.#causes.clear();
  }

  /** The work broke off and begins anew. */
  restarting(cause: string): void {
    this.#causes.clear();
    this.#causes.set("start", cause);
  }

  /** A connection works (null) or does not, and why. */
  report(connection: string, cause: string | null): void {
    if (cause === null) this.#causes.delete(connection);
    else this.#causes.set(connection, cause);
  }

  state(): { ready: true } | { ready: false; cause: string } {
    for (const cause of this.#causes.values()) return { ready: false, cause };
    return { ready: true };
  }
}
