import type { AbsentRecord, ObservationRecord, PollMarker } from "../../core/log/record.ts";
import type { HistoryStore } from "../../core/ports/history-store.ts";
import type { LogBatch, LogHandler } from "../../core/ports/observation-log.ts";
import type { Metrics } from "../metrics/metrics.ts";

export const archiverGroup = "archiver";

/** Writes every change, keyframe, absence and poll of the log into the history. Reading again writes the same rows. */
export class Archiver implements LogHandler {
  readonly #history: HistoryStore;
  readonly #metrics: Metrics;

  constructor(history: HistoryStore, metrics: Metrics) {
    this.#history = history;
    this.#metrics = metrics;
  }

  assigned(partition: number): Promise<bigint | null> {
    return this.#history.position(partition);
  }

  async batch({ partition, entries, nextOffset, endOffset }: LogBatch): Promise<void> {
    const observations: ObservationRecord[] = [];
    const absences: AbsentRecord[] = [];
    const polls: PollMarker[] = [];
    for (const entry of entries) {
      // What can't be decoded is the aggregator's to dead-letter: one letter a record, not one a reader.
      if ("undecodable" in entry) continue;
      const { record } = entry;
      if (record.kind === "change" || record.kind === "keyframe") observations.push(record);
      else if (record.kind === "absent") absences.push(record);
      else if (record.kind === "poll") polls.push(record);
    }
    await this.#history.append({ observations, absences, polls, partition, offset: nextOffset });
    this.#metrics.logLag.handled({ group: archiverGroup, partition }, nextOffset, endOffset);
  }

  async revoked(partition: number): Promise<void> {
    this.#metrics.logLag.revoked({ group: archiverGroup, partition });
  }
}
