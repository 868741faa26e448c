/** Positions in metres on a plane, one entry a station. */
export interface Positions {
  x: Float64Array;
  y: Float64Array;
}

/** The nearest other stations of each station: entry `station * count + k` of `index` is the k-th nearest. */
export interface Neighbours {
  /** How many each station has: all others in a city of fewer stations than wanted. */
  count: number;
  index: Int32Array;
}

/** Stations per cell, on average: few enough to look at, enough that most rings are not empty. */
const perCell = 3;

/** Finds the nearest stations in about O(stations): they are put into square cells, searched ring by ring. */
export function nearestNeighbours(positions: Positions, wanted: number): Neighbours {
  const size = positions.x.length;
  const count = Math.max(0, Math.min(wanted, size - 1));
  const index = new Int32Array(size * count);
  if (count > 0) {
    const cells = new Cells(positions);
    for (let station = 0; station < size; station++) {
      index.set(cells.nearest(station, count), station * count);
    }
  }
  return { count, index };
}

class Cells {
  readonly #positions: Positions;
  readonly #left: number;
  readonly #bottom: number;
  readonly #metres: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #members: number[][];

  constructor(positions: Positions) {
    const { x, y } = positions;
    this.#positions = positions;
    const [left, right] = extent(x);
    const [bottom, top] = extent(y);
    this.#left = left;
    this.#bottom = bottom;
    const width = right - left;
    const height = top - bottom;
    const share = perCell / x.length;
    // The longer side bounds the number of cells where stations stand in a row, the metre where all stand in one place.
    this.#metres = Math.max(1, Math.sqrt(width * height * share), Math.max(width, height) * share);
    this.#columns = this.#column(right) + 1;
    this.#rows = this.#row(top) + 1;
    this.#members = Array.from({ length: this.#columns * this.#rows }, () => []);
    for (let station = 0; station < x.length; station++) {
      this.#members[this.#row(y[station]!) * this.#columns + this.#column(x[station]!)]!.push(station);
    }
  }

  nearest(station: number, count: number): number[] {
    const { x, y } = this.#positions;
    const found: number[] = [];
    const metres: number[] = [];
    const consider = (other: number) => {
      const away = Math.hypot(x[other]! - x[station]!, y[other]! - y[station]!);
      if (other === station || (found.length === count && away >= metres.at(-1)!)) {
        return;
      }
      let place = found.length === count ? count - 1 : found.length;
      for (; place > 0 && metres[place - 1]! > away; place--) {
        found[place] = found[place - 1]!;
        metres[place] = metres[place - 1]!;
      }
      found[place] = other;
      metres[place] = away;
    };
    const column = this.#column(x[station]!);
    const row = this.#row(y[station]!);
    // Whatever lies outside ring r is more than r cells away.
    for (let ring = 0; found.length < count || metres.at(-1)! > (ring - 1) * this.#metres; ring++) {
      this.#ring(column, row, ring, consider);
    }
    return found;
  }

  #ring(column: number, row: number, ring: number, visit: (station: number) => void): void {
    const rightmost = Math.min(this.#columns - 1, column + ring);
    for (let at = Math.max(0, column - ring); at <= rightmost; at++) {
      const edge = Math.abs(at - column) === ring;
      const step = edge ? 1 : 2 * ring;
      for (let up = row - ring; up <= row + ring; up += Math.max(1, step)) {
        if (up >= 0 && up < this.#rows) {
          this.#members[up * this.#columns + at]!.forEach(visit);
        }
      }
    }
  }

  #column(x: number): number {
    return Math.floor((x - this.#left) / this.#metres);
  }

  #row(y: number): number {
    return Math.floor((y - this.#bottom) / this.#metres);
  }
}

function extent(values: Float64Array): [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
