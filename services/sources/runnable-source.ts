import type { Logger } from "pino";
import type { SourceDescription } from "../api/source-description.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Producer } from "../producer/producer.ts";

/** What a source needs while it runs. */
export interface RunContext {
  producer: Producer;
  /** Up to when the log knows the source, ms; null when it is new. */
  lastPollAt: number | null;
  now: () => number;
  random: () => number;
  logger: Logger;
  metrics: Metrics;
  signal: AbortSignal;
}

/** A source of `velib local`, checked and ready to run. */
export interface RunnableSource {
  readonly description: SourceDescription;
  readonly holdMs: number;
  /** Produces until `signal` aborts or, for a recording, until its end. */
  run(context: RunContext): Promise<void>;
  close(): Promise<void>;
}
