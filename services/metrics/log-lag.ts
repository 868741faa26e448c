/** Where the lag shows: a gauge that forgets what it is told to. */
export interface LagGauge {
  set(labels: GroupPartition, value: number): void;
  remove(labels: GroupPartition): void;
}

/** A partition as a consumer group (without the pipeline's name) reads it. */
export interface GroupPartition {
  group: string;
  partition: number;
}

/** Where a group stands in a partition as the log says: its last commit, and the end. */
export interface LogPosition {
  partition: number;
  committed: number | null;
  end: number;
  /** From the last commit on, of what is kept. */
  lag: number;
}

/**
 * How far this process is behind in the partitions that it has. What it handles says so itself; what it does not
 * handle, as nothing comes or as its database is gone, the log is asked about (see `ask`).
 */
export class LogLag {
  readonly #gauge: LagGauge;
  /** Where handling goes on, by group and partition; null: where the last commit is, as the work broke off. */
  readonly #held = new Map<string, Map<number, number | null>>();
  /** Given back since a record was last handled: after a failure they are still this process's to do. */
  readonly #released = new Map<string, Set<number>>();

  constructor(gauge: LagGauge) {
    this.#gauge = gauge;
  }

  handled({ group, partition }: GroupPartition, nextOffset: bigint, endOffset: bigint): void {
    this.#released.delete(group);
    const held = this.#heldOf(group);
    held.set(partition, Number(nextOffset));
    // Work that goes on has what it says it has, not what it had before it broke off.
    for (const [other, next] of held)
      if (next === null && held.delete(other)) this.#gauge.remove({ group, partition: other });
    this.#gauge.set({ group, partition }, Number(endOffset - nextOffset));
  }

  /** The partition is another process's: its lag shows there. */
  revoked({ group, partition }: GroupPartition): void {
    if (this.#held.get(group)?.delete(partition) !== true) return;
    this.#gauge.remove({ group, partition });
    const released = this.#released.get(group) ?? new Set();
    this.#released.set(group, released.add(partition));
  }

  /** The work failed and will begin anew: until it handles something, what it had shows its lag from the last commit on. */
  brokeOff(): void {
    for (const [group, partitions] of this.#released) {
      for (const partition of partitions) this.#heldOf(group).set(partition, null);
    }
    this.#released.clear();
  }

  /** Whether there is a partition to ask about. */
  get isEmpty(): boolean {
    return [...this.#held.values()].every((partitions) => partitions.size === 0);
  }

  /** Takes what the log says of a group; partitions of other processes are left to them. */
  told(group: string, positions: readonly LogPosition[]): void {
    const held = this.#held.get(group);
    for (const { partition, end, lag } of positions) {
      const next = held?.get(partition);
      if (next === undefined) continue;
      // Commits come now and then: what was handled since counts.
      this.#gauge.set({ group, partition }, next === null ? lag : Math.min(lag, Math.max(0, end - next)));
    }
  }

  #heldOf(group: string): Map<number, number | null> {
    const held = this.#held.get(group) ?? new Map<number, number | null>();
    this.#held.set(group, held);
    return held;
  }
}
