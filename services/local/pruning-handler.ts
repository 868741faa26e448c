import type { LogBatch, LogHandler } from "../../core/ports/observation-log.ts";

/** A consumer's handler, with what is too old dropped after each of its batches. */
export class PruningHandler implements LogHandler {
  readonly #handler: LogHandler;
  readonly #prune: () => void;

  constructor(handler: LogHandler, prune: () => void) {
    this.#handler = handler;
    this.#prune = prune;
  }

  assigned(partition: number, generation: number): Promise<bigint | null> {
    return this.#handler.assigned(partition, generation);
  }

  async batch(batch: LogBatch): Promise<void> {
    await this.#handler.batch(batch);
    this.#prune();
  }

  revoked(partition: number): Promise<void> {
    return this.#handler.revoked(partition);
  }
}
