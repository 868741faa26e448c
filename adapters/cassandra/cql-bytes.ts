/**
 * CQL values as the native protocol writes them (native_protocol_v4.spec §6): the driver sends buffers as they are.
 * Codes, zones, small counts and flags repeat all the time: encoding each once is half of a row's cost.
 */
const smallCounts = Array.from({ length: 1024 }, (_, count) => bigintOf(count));
const yes = Buffer.from([1]);
const no = Buffer.from([0]);

/** Texts kept; what comes beyond is encoded each time. */
const textLimit = 100_000;
const texts = new Map<string, Buffer>();

export function cqlText(text: string): Buffer {
  const known = texts.get(text);
  if (known !== undefined) return known;
  const bytes = Buffer.from(text, "utf8");
  if (texts.size < textLimit) texts.set(text, bytes);
  return bytes;
}

export function cqlBoolean(value: boolean): Buffer {
  return value ? yes : no;
}

export function cqlBigint(value: number): Buffer {
  return smallCounts[value] ?? bigintOf(value);
}

/** Milliseconds since the epoch. */
export function cqlTimestamp(ms: number): Buffer {
  return bigintOf(ms);
}

/** Days since the epoch, centred on 2^31. */
export function cqlDate(epochDay: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(epochDay + 2 ** 31);
  return bytes;
}

export function cqlTinyint(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(1);
  bytes.writeInt8(value);
  return bytes;
}

/** A value of a user-defined type (§6.4): each field's length and bytes, −1 for null. */
export function cqlFields(fields: readonly (Buffer | null)[]): Buffer {
  let length = 0;
  for (const field of fields) length += 4 + (field?.length ?? 0);
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const field of fields) {
    at = bytes.writeInt32BE(field?.length ?? -1, at);
    if (field !== null) at += field.copy(bytes, at);
  }
  return bytes;
}

/** Eight bytes, big-endian, of a whole number within ± 2^53. */
function bigintOf(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  const high = Math.floor(value / 2 ** 32);
  bytes.writeInt32BE(high, 0);
  bytes.writeUInt32BE(value - high * 2 ** 32, 4);
  return bytes;
}
