import type { PendingPoll } from "./pending-polls.ts";
import { outranks, pendingField, pendingWidth } from "./pending-polls.ts";
import { installedBit } from "./station-flags.ts";

/**
 * Offsets of a station's numbers within its row. One row of one array per station keeps what one record touches
 * on three cache lines, so that the cost of a record hardly grows with the number of stations.
 */
export const field = {
  bikes: 0,
  docks: 1,
  /** −1: unknown; likewise e-bikes and capacity. */
  mechanical: 2,
  ebike: 3,
  flags: 4,
  capacity: 5,
  /** Index in ZoneSums; −1: none. */
  zone: 6,
  phase: 7,
  /** Up to where the open window's integrals reach: known time of the source while present, event time while absent. */
  since: 8,
  /** While absent: when the last observation stops holding, ms. */
  expiresAt: 9,
  knownMs: 10,
  bikesMs: 11,
  docksMs: 12,
  mechanicalMs: 13,
  ebikeMs: 14,
  splitMs: 15,
  /** ∫ bikes / places dt. */
  occupancyMs: 16,
  /** Time in which places > 0. */
  placesKnownMs: 17,
  bikesMin: 18,
  bikesMax: 19,
  docksMin: 20,
  docksMax: 21,
  changes: 22,
  /** 1 once the station counts into its zone's `stations` of the open window. */
  counted: 23,
} as const;

export const rowWidth = 24;
/** Numbers that outlive a window; the others start anew with each. */
const lastingWidth = 10;
const lookAhead = 4;

export const phase = {
  /** Known to exist, never observed. */
  unseen: 0,
  /** Observed at the source's last poll. */
  present: 1,
  /** Missing from the last poll; its last observation may still hold. */
  absent: 2,
} as const;

/** The stations of one source: their latest content and the open window's integrals, a row of numbers each. */
export class StationTable {
  readonly ids: string[] = [];
  rows = new Float64Array(64 * rowWidth);
  readonly #index = new Map<string, number>();
  #latest = -1;
  /** By station: which pass of `choose` saw it last, and the row it chose. */
  #pass = new Int32Array(64);
  #chosen = new Int32Array(64);
  #passes = 0;

  get size(): number {
    return this.ids.length;
  }

  /** The station's index, made (unseen, without a zone) when it is new. */
  indexOf(station: string): number {
    // Feeds list their stations in the same order each time: the next one is usually a few places on.
    for (let ahead = this.#latest + 1; ahead <= this.#latest + lookAhead; ahead++) {
      if (this.ids[ahead] === station) {
        this.#latest = ahead;
        return ahead;
      }
    }
    const found = this.#index.get(station);
    if (found !== undefined) {
      this.#latest = found;
      return found;
    }
    const index = this.ids.length;
    this.ids.push(station);
    this.#index.set(station, index);
    if (this.ids.length * rowWidth > this.rows.length) {
      const larger = new Float64Array(this.rows.length * 2);
      larger.set(this.rows);
      this.rows = larger;
    }
    if (this.ids.length > this.#pass.length) {
      this.#pass = grown(this.#pass);
      this.#chosen = grown(this.#chosen);
    }
    const i = index * rowWidth;
    this.rows[i + field.mechanical] = -1;
    this.rows[i + field.ebike] = -1;
    this.rows[i + field.capacity] = -1;
    this.rows[i + field.zone] = -1;
    this.startWindow(i);
    return index;
  }

  /** Clears the open window's numbers of the row that starts at `i`. */
  startWindow(i: number): void {
    const rows = this.rows;
    rows.fill(0, i + lastingWidth, i + rowWidth);
    rows[i + field.bikesMin] = Number.POSITIVE_INFINITY;
    rows[i + field.bikesMax] = Number.NEGATIVE_INFINITY;
    rows[i + field.docksMin] = Number.POSITIVE_INFINITY;
    rows[i + field.docksMax] = Number.NEGATIVE_INFINITY;
  }

  /** Whether the row at `i` already holds the content of the waiting record at `r`. */
  hasContent(i: number, pending: Float64Array, r: number): boolean {
    const rows = this.rows;
    return (
      rows[i + field.bikes] === pending[r + pendingField.bikes] &&
      rows[i + field.docks] === pending[r + pendingField.docks] &&
      rows[i + field.mechanical] === pending[r + pendingField.mechanical] &&
      rows[i + field.ebike] === pending[r + pendingField.ebike] &&
      rows[i + field.flags] === pending[r + pendingField.flags]
    );
  }

  /** Stores the content and capacity of the waiting record at `r` in the row at `i`. */
  store(i: number, pending: Float64Array, r: number): void {
    const rows = this.rows;
    rows[i + field.bikes] = pending[r + pendingField.bikes]!;
    rows[i + field.docks] = pending[r + pendingField.docks]!;
    rows[i + field.mechanical] = pending[r + pendingField.mechanical]!;
    rows[i + field.ebike] = pending[r + pendingField.ebike]!;
    rows[i + field.flags] = pending[r + pendingField.flags]!;
    rows[i + field.capacity] = pending[r + pendingField.capacity]!;
  }

  /**
   * Leaves one waiting record a station: sets the station of the others to −1. Repeated records are rare; telling
   * them apart by a number a station costs less than a set.
   * @param zones names of the zones, by index.
   */
  choose(poll: PendingPoll, zones: readonly string[]): void {
    const rows = poll.rows;
    this.#passes++;
    for (let row = 0; row < poll.size; row++) {
      const r = row * pendingWidth;
      const s = rows[r + pendingField.station]!;
      if (this.#pass[s] !== this.#passes) {
        this.#pass[s] = this.#passes;
        this.#chosen[s] = r;
        continue;
      }
      const other = this.#chosen[s]!;
      const wins = outranks(rows, r, other, zones);
      rows[(wins ? other : r) + pendingField.station] = -1;
      if (wins) this.#chosen[s] = r;
    }
  }

  isInstalled(i: number): boolean {
    return (this.rows[i + field.flags]! & installedBit) !== 0;
  }

  /** The numbers that outlive a window, `lastingWidth` a station. */
  lasting(): Float64Array {
    const copy = new Float64Array(this.size * lastingWidth);
    for (let s = 0; s < this.size; s++) {
      copy.set(this.rows.subarray(s * rowWidth, s * rowWidth + lastingWidth), s * lastingWidth);
    }
    return copy;
  }

  static restore(ids: readonly string[], lasting: Float64Array): StationTable {
    const table = new StationTable();
    for (const [s, id] of ids.entries()) {
      table.indexOf(id);
      table.rows.set(lasting.subarray(s * lastingWidth, (s + 1) * lastingWidth), s * rowWidth);
    }
    return table;
  }
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
