import { existsSync, readFileSync } from "node:fs";

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * Frames at the end of a write-ahead log that no commit follows: a process was killed while it wrote a transaction.
 * Reads the file alone, as SQLite would when it recovers (https://www.sqlite.org/fileformat2.html#the_write_ahead_log),
 * and leaves it as it is.
 */
export function uncommittedFrames(walFile: string): number {
  if (!existsSync(walFile)) return 0;
  const wal = readFileSync(walFile);
  if (wal.length < headerBytes) return 0;
  const pageBytes = wal.readUInt32BE(8);
  const bigEndian = (wal.readUInt32BE(0) & 1) === 1;
  const salt = wal.subarray(16, 24);
  let sum = checksum([0, 0], wal.subarray(0, 24), bigEndian);
  let uncommitted = 0;
  for (let at = headerBytes; at + frameHeaderBytes + pageBytes <= wal.length; at += frameHeaderBytes + pageBytes) {
    const frame = wal.subarray(at, at + frameHeaderBytes);
    if (!frame.subarray(8, 16).equals(salt)) break;
    sum = checksum(sum, frame.subarray(0, 8), bigEndian);
    sum = checksum(sum, wal.subarray(at + frameHeaderBytes, at + frameHeaderBytes + pageBytes), bigEndian);
    if (frame.readUInt32BE(16) !== sum[0] || frame.readUInt32BE(20) !== sum[1]) break;
    const isCommit = frame.readUInt32BE(4) !== 0;
    uncommitted = isCommit ? 0 : uncommitted + 1;
  }
  return uncommitted;
}

/** § 4.2 of the format: two running sums over pairs of 32-bit words. */
function checksum([first, second]: readonly [number, number], bytes: Buffer, bigEndian: boolean): [number, number] {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let a = first;
  let b = second;
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + words.getUint32(at, !bigEndian) + b) >>> 0;
    b = (b + words.getUint32(at + 4, !bigEndian) + a) >>> 0;
  }
  return [a, b];
}
