/**
 * A station's window [start, end). Over the known time in it: mean = ∫ value dt / known time. The mean of a value
 * that can itself be unknown (the split of the bikes, occupancy) is over the time in which it was known.
 */
export interface StationWindow {
  source: string;
  station: string;
  /** ms since the epoch; a multiple of the window's length. */
  start: number;
  end: number;
  mechanicalMean: number | null;
  ebikeMean: number | null;
  bikesMean: number;
  docksMean: number;
  /** Mean of bikes / max(capacity, bikes + docks); null while that is 0. */
  occupancyMean: number | null;
  bikesMin: number;
  bikesMax: number;
  /** Value just before the window's end, if known then (an observation at `end` belongs to the next window). */
  bikesLast: number | null;
  docksMin: number;
  docksMax: number;
  docksLast: number | null;
  /** Known time / length, in (0, 1]. */
  coverage: number;
  /** Content changes with poll time in [start, end). */
  changes: number;
}

/** Offsets of a window's numbers within its row of a batch. NaN stands for null. */
export const column = {
  start: 0,
  mechanicalMean: 1,
  ebikeMean: 2,
  bikesMean: 3,
  docksMean: 4,
  occupancyMean: 5,
  bikesMin: 6,
  bikesMax: 7,
  bikesLast: 8,
  docksMin: 9,
  docksMax: 10,
  docksLast: 11,
  coverage: 12,
  changes: 13,
} as const;

const width = 14;

/**
 * Windows as rows of one growing array of numbers: at 1.8 windows per observation an object each would cost more
 * than computing it. Sinks read `values` at `row * StationWindowBatch.width + column.X`, or iterate objects.
 */
export class StationWindowBatch implements Iterable<StationWindow> {
  static readonly width = width;
  readonly lengthMs: number;
  /** Number of rows. */
  size = 0;
  values: Float64Array;
  readonly sources: string[] = [];
  readonly stations: string[] = [];

  constructor(lengthMs: number, capacity = 1024) {
    this.lengthMs = lengthMs;
    this.values = new Float64Array(capacity * width);
  }

  /** Adds an empty row and returns the index of its first number in `values`. */
  add(source: string, station: string): number {
    const at = this.size * width;
    if (at + width > this.values.length) {
      const larger = new Float64Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.sources[this.size] = source;
    this.stations[this.size] = station;
    this.size++;
    return at;
  }

  clear(): void {
    this.size = 0;
  }

  *[Symbol.iterator](): Iterator<StationWindow> {
    for (let row = 0; row < this.size; row++) yield this.at(row);
  }

  at(row: number): StationWindow {
    const v = this.values;
    const i = row * width;
    const start = v[i + column.start]!;
    return {
      source: this.sources[row]!,
      station: this.stations[row]!,
      start,
      end: start + this.lengthMs,
      mechanicalMean: known(v[i + column.mechanicalMean]!),
      ebikeMean: known(v[i + column.ebikeMean]!),
      bikesMean: v[i + column.bikesMean]!,
      docksMean: v[i + column.docksMean]!,
      occupancyMean: known(v[i + column.occupancyMean]!),
      bikesMin: v[i + column.bikesMin]!,
      bikesMax: v[i + column.bikesMax]!,
      bikesLast: known(v[i + column.bikesLast]!),
      docksMin: v[i + column.docksMin]!,
      docksMax: v[i + column.docksMax]!,
      docksLast: known(v[i + column.docksLast]!),
      coverage: v[i + column.coverage]!,
      changes: v[i + column.changes]!,
    };
  }
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
