import type { AbsentRecord, ObservationRecord } from "../../core/log/record.ts";
import type { LogEntry } from "../../core/ports/observation-log.ts";

export type HeldEntry = LogEntry & { record: ObservationRecord | AbsentRecord };

/** Held at most: records of a source that no producer stands behind would else fill the memory. */
const heldAtMost = 100_000;

/**
 * Which sources a partition's log knows, and what it says of others. A source is announced by its first marker, which
 * its producer writes behind the records of the poll and together with them: records of a source that is not announced
 * are held until the marker comes, and when the log has no more to say, no producer wrote them.
 */
export class UnannouncedRecords {
  readonly #announced: Set<string>;
  readonly #held: HeldEntry[] = [];
  /** Records come source by source. */
  #last: string | null = null;

  constructor(announced: Iterable<string>) {
    this.#announced = new Set(announced);
  }

  isAnnounced(source: string): boolean {
    if (source === this.#last) return true;
    if (!this.#announced.has(source)) return false;
    this.#last = source;
    return true;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  get isFull(): boolean {
    return this.#held.length >= heldAtMost;
  }

  hold(entry: HeldEntry): void {
    this.#held.push(entry);
  }

  /** A marker of the source came: gives back what was held for it, in order. */
  announce(source: string): HeldEntry[] {
    this.#announced.add(source);
    return this.#take((entry) => entry.record.source === source);
  }

  /** Gives back what no marker came for. */
  refuse(): HeldEntry[] {
    return this.#take(() => true);
  }

  #take(wanted: (entry: HeldEntry) => boolean): HeldEntry[] {
    if (this.#held.length === 0) return [];
    const held = this.#held.splice(0);
    const taken = held.filter(wanted);
    for (const entry of held) if (!wanted(entry)) this.#held.push(entry);
    return taken;
  }
}
