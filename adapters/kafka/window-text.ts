import { column, StationWindowBatch } from "../../core/windows/station-window.ts";

const width = StationWindowBatch.width;

/** The values of a window in the order of `StationWindow`, each with the text that stands before it. */
const fields = [
  "mechanicalMean",
  "ebikeMean",
  "bikesMean",
  "docksMean",
  "occupancyMean",
  "bikesMin",
  "bikesMax",
  "bikesLast",
  "docksMin",
  "docksMax",
  "docksLast",
  "coverage",
  "changes",
] as const;
const labels = fields.map((name) => `,"${name}":`);
/** The labels as little-endian words, the last one over the end of the one before it: a word is one store. */
const words = labels.map((text) => {
  const bytes = Buffer.from(text);
  const offsets = Array.from({ length: Math.ceil(bytes.length / 4) }, (_, i) => Math.min(4 * i, bytes.length - 4));
  return { length: bytes.length, offsets, values: offsets.map((offset) => bytes.readUInt32LE(offset)) };
});
const columns = fields.map((name) => column[name]);
const labelBytes = labels.reduce((sum, label) => sum + label.length, 0);
/** Characters of a number at most: 17 digits, sign, point, exponent. */
const numberBytes = 25;
const [zero, brace] = [0x30, 0x7d];
const endLabel = ',"end":';

/** `1731024000000,"end":1731024180000`: what all windows of one time share. */
export function timesText(start: number, lengthMs: number): Buffer {
  return Buffer.from(`${start}${endLabel}${start + lengthMs}`);
}

/**
 * A station's windows as JSON, exactly as `JSON.stringify` writes a `StationWindow`. The text stays from one window to
 * the next, and only what differs or moved is written anew: the windows of a quiet station differ from the one before in
 * their times alone.
 */
export class WindowText {
  /** The key of the records: `source/station`, as in the log. */
  readonly key: Buffer;
  /** The first `length` bytes are the text. */
  readonly bytes: Buffer;
  length = 0;
  readonly #timesAt: number;
  #start = Number.NaN;
  /** The row that the text's values are of. */
  readonly #row = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
  readonly #view: DataView;
  /** Where each value's text begins and ends. */
  readonly #begins = new Int32Array(fields.length);
  readonly #ends = new Int32Array(fields.length);

  constructor(source: string, station: string) {
    this.key = Buffer.from(`${source}/${station}`);
    const head = Buffer.from(`{"source":${JSON.stringify(source)},"station":${JSON.stringify(station)},"start":`);
    const numbers = (2 + fields.length) * numberBytes;
    this.bytes = Buffer.allocUnsafeSlow(head.length + endLabel.length + labelBytes + numbers + 1);
    this.#timesAt = head.copy(this.bytes, 0);
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  }

  /** Makes this the text of a row of a batch. @param times `timesText` of its start */
  set(batch: StationWindowBatch, row: number, times: Buffer): void {
    const { values } = batch;
    const i = row * width;
    if (values[i + column.start] !== this.#start) {
      this.#start = values[i + column.start]!;
      times.copy(this.bytes, this.#timesAt);
    }
    this.#writeValues(values, i, this.#timesAt + times.length);
  }

  #writeValues(values: Float64Array, i: number, start: number): void {
    const { bytes } = this;
    const row = this.#row;
    let at = start;
    for (let f = 0; f < words.length; f++) {
      const c = columns[f]!;
      const value = values[i + c]!;
      const begin = at + words[f]!.length;
      const stays = begin === this.#begins[f];
      // NaN stands for null
      if (stays && (value === row[c] || (Number.isNaN(value) && Number.isNaN(row[c])))) {
        at = this.#ends[f]!;
        continue;
      }
      if (!stays) this.#writeLabel(f, at);
      at = writeNumber(bytes, begin, value);
      this.#begins[f] = begin;
      this.#ends[f] = at;
      row[c] = value;
    }
    bytes[at++] = brace;
    this.length = at;
  }

  #writeLabel(f: number, at: number): void {
    const { offsets, values } = words[f]!;
    for (let w = 0; w < values.length; w++) this.#view.setUint32(at + offsets[w]!, values[w]!, true);
  }
}

/** Writes a number as JSON (NaN as null) and returns where it ends. */
function writeNumber(bytes: Buffer, start: number, value: number): number {
  let at = start;
  if (value >= 0 && value < 100 && Number.isInteger(value)) {
    if (value >= 10) bytes[at++] = zero + Math.floor(value / 10);
    bytes[at++] = zero + (value % 10);
    return at;
  }
  const text = Number.isNaN(value) ? "null" : String(value);
  for (let c = 0; c < text.length; c++) bytes[at++] = text.charCodeAt(c);
  return at;
}
