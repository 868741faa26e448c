import { VelibError } from "../../core/errors.ts";
import type { LogLag } from "../metrics/log-lag.ts";
import type { Backlog } from "./backlog.ts";

const usualMs = 10_000;

/**
 * Asks the log how far this process is behind, again and again and also while its work is broken off: a consumer that
 * waits for its database handles nothing that could say so, and that is when the lag grows.
 */
export class LagWatch {
  readonly #lag: LogLag;
  readonly #everyMs: number;
  #ask: (() => Promise<Backlog>) | null = null;
  #pipeline = "";
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(lag: LogLag, everyMs = usualMs) {
    this.#lag = lag;
    this.#everyMs = everyMs;
  }

  /** Follows what `ask` says of a pipeline's groups, in place of what was followed before. */
  follow(pipeline: string, ask: () => Promise<Backlog>): void {
    this.#pipeline = pipeline;
    this.#ask = ask;
    if (this.#timer === null) this.#later();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #later(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.#look(), this.#everyMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    try {
      const backlog = this.#lag.isEmpty ? null : await this.#ask?.();
      if (this.#stopped) return;
      const prefix = `${this.#pipeline}.`.length;
      for (const { group, partitions } of backlog?.groups ?? []) this.#lag.told(group.slice(prefix), partitions);
    } catch (error) {
      // What Kafka does not say now it says later; that it is gone shows at /readyz.
      if (!(error instanceof VelibError)) throw error;
    }
    this.#later();
  }
}
