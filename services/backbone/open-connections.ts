import type { Logger } from "pino";

/** What work opened and its end closes. */
export interface Connection {
  close(): Promise<void>;
}

/**
 * The connections of one run of a process's work. They are closed together when it is over, so that one that fails to
 * start leaves none of the others open, neither for the next try nor for the process's end.
 */
export class OpenConnections {
  readonly #logger: Logger;
  readonly #opened: { server: string; connection: Connection }[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(server: string, connection: Connection): void {
    this.#opened.push({ server, connection });
  }

  /** Closes all. What was worth keeping is stored by then: a failure is logged, and hides no error of the work. */
  async close(): Promise<void> {
    const closings = this.#opened.splice(0).map(async ({ server, connection }) => {
      try {
        await connection.close();
      } catch (error) {
        this.#logger.warn({ server, reason: error instanceof Error ? error.message : String(error) }, "closing failed");
      }
    });
    await Promise.all(closings);
  }
}
