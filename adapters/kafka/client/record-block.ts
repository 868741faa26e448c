import type { ProducedMessage } from "./protocol-broker.ts";

/** Bytes of a batch's header, for which a block keeps room in front of its records. */
export const batchHeaderBytes = 61;
/** Length, attributes, timestamp delta, offset delta, key length, value length, header count: at most. */
export const recordOverheadBytes = 40;

/** The records of one batch, encoded, behind room for the batch's header. */
export interface RecordBlock {
  bytes: Buffer;
  count: number;
  /** ms since the epoch: the times that the deltas refer to, and the newest. */
  firstTimestamp: number;
  lastTimestamp: number;
}

/** Puts records one behind the other as a batch holds them. Wire format: the Kafka protocol guide, "Record". */
export class RecordBlockWriter {
  readonly #buffer: Buffer;
  #at = batchHeaderBytes;
  #count = 0;
  #firstTimestamp = 0;
  #lastTimestamp = 0;

  /** @param buffer what is written into; it becomes the block's */
  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Whether one more record of so many bytes (key, value and headers) fits. */
  hasRoomFor(bytes: number): boolean {
    return this.#at + bytes + recordOverheadBytes <= this.#buffer.length;
  }

  append({ key, value, timestamp, headers = {} }: ProducedMessage): void {
    const time = this.#startRecord(Number(timestamp));
    // The record's own length stands first but is known last: room for its longest form, closed up afterwards.
    const room = 5;
    const start = this.#at;
    this.#at += room;
    this.#writeDeltas(time);
    this.#writeBytes(key);
    this.#writeBytes(value);
    const named = Object.entries(headers);
    this.#writeVarint(named.length);
    for (const [name, text] of named) {
      this.#writeBytes(name);
      this.#writeBytes(text);
    }
    const end = this.#at;
    this.#at = start;
    this.#writeVarint(end - start - room);
    this.#buffer.copyWithin(this.#at, start + room, end);
    this.#at += end - start - room;
  }

  /**
   * Appends a record without headers whose value is the first `valueBytes` bytes of `value`.
   * @param timestamp ms since the epoch
   */
  appendBytes(timestamp: number, key: Buffer, value: Buffer, valueBytes: number): void {
    const time = this.#startRecord(timestamp);
    const keyed = varintBytes(key.length) + key.length;
    const valued = varintBytes(valueBytes) + valueBytes;
    this.#writeVarint(1 + varintBytes(time) + varintBytes(this.#count) + keyed + valued + 1);
    this.#writeDeltas(time);
    this.#writeVarint(key.length);
    // Of a short key a call to copy costs more than the bytes.
    for (let i = 0; i < key.length; i++) this.#buffer[this.#at++] = key[i]!;
    this.#writeVarint(valueBytes);
    this.#at += value.copy(this.#buffer, this.#at, 0, valueBytes);
    this.#buffer[this.#at++] = 0;
  }

  finish(): RecordBlock {
    return {
      bytes: this.#buffer.subarray(0, this.#at),
      count: this.#count,
      firstTimestamp: this.#firstTimestamp,
      lastTimestamp: this.#lastTimestamp,
    };
  }

  /** Returns the record's timestamp delta. */
  #startRecord(timestamp: number): number {
    if (this.#count === 0) {
      this.#firstTimestamp = timestamp;
      this.#lastTimestamp = timestamp;
    } else if (timestamp > this.#lastTimestamp) {
      this.#lastTimestamp = timestamp;
    }
    return timestamp - this.#firstTimestamp;
  }

  #writeDeltas(time: number): void {
    this.#buffer[this.#at++] = 0;
    this.#writeVarint(time);
    this.#writeVarint(this.#count);
    this.#count++;
  }

  #writeBytes(value: string | Buffer): void {
    if (typeof value !== "string") {
      this.#writeVarint(value.length);
      this.#at += value.copy(this.#buffer, this.#at);
      return;
    }
    const length = Buffer.byteLength(value);
    this.#writeVarint(length);
    this.#at += this.#buffer.write(value, this.#at, length, "utf8");
  }

  /** A zigzag varint; exact for whole numbers up to 2^52. */
  #writeVarint(value: number): void {
    let rest = value >= 0 ? value * 2 : -value * 2 - 1;
    while (rest >= 128) {
      this.#buffer[this.#at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#at++] = rest;
  }
}

/** How many bytes a value takes as a zigzag varint. */
function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value >= 0 ? value * 2 : -value * 2 - 1; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** At most so many bytes of a block a message takes. */
export function messageBytes({ key, value, headers }: ProducedMessage): number {
  // A character takes at most 3 bytes per UTF-16 unit.
  let bytes = recordOverheadBytes + 3 * key.length + (typeof value === "string" ? 3 : 1) * value.length;
  for (const [name, text] of Object.entries(headers ?? {})) bytes += 10 + 3 * (name.length + text.length);
  return bytes;
}
