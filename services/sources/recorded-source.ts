import type { Recording } from "../../core/ports/source.ts";
import type { SourceDescription } from "../api/source-description.ts";
import type { Pace } from "../replay/pace.ts";
import { Pacer } from "../replay/pace.ts";
import { replay } from "../replay/replay.ts";
import type { RunContext, RunnableSource } from "./runnable-source.ts";

/** A recording as a source of `velib local`. */
export class RecordedSource implements RunnableSource {
  readonly description: SourceDescription;
  readonly holdMs: number;
  readonly #recording: Recording;
  readonly #pace: Pace;

  constructor(name: string, recording: Recording, pace: Pace, holdMs: number) {
    const { description, attribution, intervalMs } = recording;
    this.description = { name, kind: "recording", description, attribution, simulated: false, intervalMs };
    this.holdMs = holdMs;
    this.#recording = recording;
    this.#pace = pace;
  }

  async run({ producer, lastPollAt, now, logger, signal }: RunContext): Promise<void> {
    const { holdMs } = this;
    const pacer = new Pacer(this.#pace, now);
    const summary = await replay(this.#recording, producer, { holdMs, after: lastPollAt, pacer, signal });
    logger.info({ source: producer.source, ...summary }, summary.complete ? "recording ended" : "recording stopped");
  }

  async close(): Promise<void> {}
}
