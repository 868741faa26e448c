import type { PolledSource } from "../../core/ports/source.ts";
import type { SourceKind } from "../api/source-description.ts";
import { pollSource } from "../producer/poll-loop.ts";
import type { RunContext, RunnableSource } from "./runnable-source.ts";

/** A live feed as a source of `velib local`. */
export class PollingSource implements RunnableSource {
  readonly holdMs: number;
  readonly #name: string;
  readonly #kind: SourceKind;
  readonly #source: PolledSource;
  readonly #intervalMs: number;

  constructor(name: string, kind: SourceKind, source: PolledSource, times: { intervalMs: number; holdMs: number }) {
    this.#name = name;
    this.#kind = kind;
    this.#source = source;
    this.#intervalMs = times.intervalMs;
    this.holdMs = times.holdMs;
  }

  /** A getter: a GBFS network tells its licence only in its first answers. */
  get description() {
    const { description, attribution, simulated } = this.#source;
    return { name: this.#name, kind: this.#kind, description, attribution, simulated, intervalMs: this.#intervalMs };
  }

  run({ producer, now, random, logger, metrics, signal }: RunContext): Promise<void> {
    return pollSource(this.#source, producer, { intervalMs: this.#intervalMs, now, random, logger, metrics, signal });
  }

  async close(): Promise<void> {}
}
