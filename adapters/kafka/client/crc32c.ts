/** Castagnoli's polynomial, bits reversed. */
const polynomial = 0x82f63b78;

/** Entry [256 k + b] is the checksum of byte b followed by k zero bytes: 16 bytes are folded in at a time. */
const table = new Int32Array(16 * 256);
for (let byte = 0; byte < 256; byte++) {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? polynomial : 0);
  table[byte] = sum;
}
for (let entry = 256; entry < table.length; entry++) {
  const before = table[entry - 256]!;
  table[entry] = (before >>> 8) ^ table[before & 0xff]!;
}

/**
 * The CRC-32C (RFC 3720, appendix B.4) of the bytes from `start` to the end, as an unsigned integer. 16 tables read by
 * 32-bit words ran at 1.75 GB/s where 4 tables read by bytes ran at 0.6.
 */
export function crc32c(bytes: Uint8Array, start = 0): number {
  let sum = -1;
  let at = start;
  for (; at < bytes.length && ((bytes.byteOffset + at) & 3) !== 0; at++) sum = next(sum, bytes[at]!);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, ((bytes.length - at) >>> 4) * 4);
  if (isLittleEndian) {
    sum = foldWords(sum, words);
    at += words.byteLength;
  }
  for (; at < bytes.length; at++) sum = next(sum, bytes[at]!);
  return (sum ^ -1) >>> 0;
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function next(sum: number, byte: number): number {
  return (sum >>> 8) ^ table[(sum ^ byte) & 0xff]!;
}

/** Four little-endian words at a time; written out, since a loop over the words of a step is four times slower. */
function foldWords(before: number, words: Int32Array): number {
  const t = table;
  let sum = before;
  for (let w = 0; w < words.length; w += 4) {
    const a = sum ^ words[w]!;
    const b = words[w + 1]!;
    const c = words[w + 2]!;
    const d = words[w + 3]!;
    sum =
      t[3840 + (a & 0xff)]! ^
      t[3584 + ((a >>> 8) & 0xff)]! ^
      t[3328 + ((a >>> 16) & 0xff)]! ^
      t[3072 + (a >>> 24)]! ^
      t[2816 + (b & 0xff)]! ^
      t[2560 + ((b >>> 8) & 0xff)]! ^
      t[2304 + ((b >>> 16) & 0xff)]! ^
      t[2048 + (b >>> 24)]! ^
      t[1792 + (c & 0xff)]! ^
      t[1536 + ((c >>> 8) & 0xff)]! ^
      t[1280 + ((c >>> 16) & 0xff)]! ^
      t[1024 + (c >>> 24)]! ^
      t[768 + (d & 0xff)]! ^
      t[512 + ((d >>> 8) & 0xff)]! ^
      t[256 + ((d >>> 16) & 0xff)]! ^
      t[d >>> 24]!;
  }
  return sum;
}
