/** Whether a process can do its work, from what its connections report; the first cause is shown. */
export class Readiness {
  /** Why it is not at work yet; shown where no connection says more. */
  #start: string | null = "the service is starting";
  readonly #causes = new Map<string, string>();

  /** Everything is connected. */
  started(): void {
    this.#start = null;
    this.#causes.clear();
  }

  /** The work broke off and begins anew. */
  restarting(cause: string): void {
    this.#causes.clear();
    this.#start = cause;
  }

  /** A connection works (null) or does not, and why. */
  report(connection: string, cause: string | null): void {
    if (cause === null) this.#causes.delete(connection);
    else this.#causes.set(connection, cause);
  }

  state(): { ready: true } | { ready: false; cause: string } {
    for (const cause of this.#causes.values()) return { ready: false, cause };
    return this.#start === null ? { ready: true } : { ready: false, cause: this.#start };
  }
}
