import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "vitest";
import type { LogRecord } from "../../core/log/record.ts";
import type { LogBatch, LogEntry, LogHandler, ObservationLog } from "../../core/ports/observation-log.ts";
import { uniqueName } from "./opened.ts";

/** A consumer that keeps what it is told and checks that the calls for a partition come one after the other. */
export class LogReader implements LogHandler {
  /** Generations by partition, in the order of assignment. */
  readonly generations = new Map<number, number[]>();
  readonly batches: LogBatch[] = [];
  readonly revokedPartitions: number[] = [];
  /** What each batch is followed by, while the consumer waits. */
  afterBatch: (batch: LogBatch) => Promise<void> = async () => undefined;
  readonly #startAt: (partition: number) => bigint | null;
  readonly #owned = new Set<number>();
  readonly #busy = new Set<number>();
  readonly #waiting = new Set<() => void>();

  constructor(startAt: (partition: number) => bigint | null = () => null) {
    this.#startAt = startAt;
  }

  async assigned(partition: number, generation: number): Promise<bigint | null> {
    return this.#alone(partition, async () => {
      expect(this.#owned.has(partition), `partition ${partition} is assigned once`).toBe(false);
      this.#owned.add(partition);
      this.generations.set(partition, [...(this.generations.get(partition) ?? []), generation]);
      return this.#startAt(partition);
    });
  }

  async batch(batch: LogBatch): Promise<void> {
    await this.#alone(batch.partition, async () => {
      expect(this.#owned.has(batch.partition), `a batch of partition ${batch.partition} comes to its owner`).toBe(true);
      expect(batch.generation).toBe(this.generations.get(batch.partition)?.at(-1));
      this.batches.push(batch);
      await this.afterBatch(batch);
    });
    for (const wake of this.#waiting) wake();
  }

  async revoked(partition: number): Promise<void> {
    await this.#alone(partition, async () => {
      expect(this.#owned.delete(partition), `partition ${partition} is revoked from its owner`).toBe(true);
      this.revokedPartitions.push(partition);
    });
  }

  get partitions(): number[] {
    return [...this.generations.keys()].sort((a, b) => a - b);
  }

  entries(partition: number): LogEntry[] {
    return this.batches.filter((batch) => batch.partition === partition).flatMap((batch) => batch.entries);
  }

  /** The records of a partition, of one source or all, in the order they came. */
  records(partition: number, source?: string): LogRecord[] {
    return this.entries(partition)
      .flatMap((entry) => ("record" in entry ? [entry.record] : []))
      .filter((record) => source === undefined || record.source === source);
  }

  /** The records of all partitions, one partition after the other. */
  allRecords(source?: string): LogRecord[] {
    return this.partitions.flatMap((partition) => this.records(partition, source));
  }

  /** Resolves once `condition` is true after a batch. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  async #alone<T>(partition: number, work: () => Promise<T>): Promise<T> {
    expect(this.#busy.has(partition), `calls for partition ${partition} do not overlap`).toBe(false);
    this.#busy.add(partition);
    try {
      await nextTurn();
      return await work();
    } finally {
      this.#busy.delete(partition);
    }
  }
}

/** Reads what is in the log now, as a group of its own. */
export async function readToEnd(log: ObservationLog, reader = new LogReader(), group = uniqueName("group")) {
  await log.consume(group, reader, { signal: new AbortController().signal, untilEnd: true });
  return reader;
}
