/** Castagnoli's polynomial, bits reversed. */
const polynomial = 0x82f63b78;

/** Tables for 4 bytes at a time: entry [k][b] is the checksum of byte b followed by k zero bytes. */
const tables = [0, 1, 2, 3].map(() => new Int32Array(256));
for (let byte = 0; byte < 256; byte++) {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? polynomial : 0);
  tables[0]![byte] = sum;
}
for (let k = 1; k < 4; k++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = tables[k - 1]![byte]!;
    tables[k]![byte] = (before >>> 8) ^ tables[0]![before & 0xff]!;
  }
}

/** The CRC-32C (RFC 3720, appendix B.4) of the bytes from `start` to the end, as an unsigned integer. */
export function crc32c(bytes: Uint8Array, start = 0): number {
  const [t0, t1, t2, t3] = [tables[0]!, tables[1]!, tables[2]!, tables[3]!];
  let sum = -1;
  let at = start;
  const whole = bytes.length - 3;
  for (; at < whole; at += 4) {
    sum ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    sum = t3[sum & 0xff]! ^ t2[(sum >>> 8) & 0xff]! ^ t1[(sum >>> 16) & 0xff]! ^ t0[sum >>> 24]!;
  }
  for (; at < bytes.length; at++) sum = (sum >>> 8) ^ t0[(sum ^ bytes[at]!) & 0xff]!;
  return (sum ^ -1) >>> 0;
}
