import { type AbortedTransaction, type RecordSlice, readRecordBatches } from "./record-batch.ts";

/** What a fetch brought of one partition. */
export interface FetchedPartition {
  partition: number;
  /** The protocol's error code; 0: none. */
  errorCode: number;
  /** Offset after the newest record, uncommitted ones included. */
  highWatermark: number;
  /** Offset of the oldest record kept. */
  logStart: number;
  records: RecordSlice[];
  /** Where reading goes on: after the last whole batch, control records included. */
  nextOffset: number;
}

/**
 * Reads the answer to a fetch of version 11. Wire format: the Kafka protocol guide, "Fetch Response (Version: 11)".
 * @param from the offset asked for, by partition
 */
export function readFetchAnswer(
  bytes: Buffer,
  from: ReadonlyMap<number, number>,
): { errorCode: number; partitions: FetchedPartition[] } {
  let at = 4;
  const skip = (size: number) => {
    const start = at;
    at += size;
    return start;
  };
  const int16 = () => bytes.readInt16BE(skip(2));
  const int32 = () => bytes.readInt32BE(skip(4));
  const int64 = () => bytes.readBigInt64BE(skip(8));
  const errorCode = int16();
  at += 4;
  const partitions: FetchedPartition[] = [];
  const topics = int32();
  for (let topic = 0; topic < topics; topic++) {
    const nameLength = int16();
    at += nameLength;
    const count = int32();
    for (let i = 0; i < count; i++) {
      const partition = int32();
      const partitionError = int16();
      const highWatermark = Number(int64());
      at += 8;
      const logStart = Number(int64());
      const aborted: AbortedTransaction[] = [];
      for (let left = int32(); left > 0; left--) {
        const producerId = int64();
        aborted.push({ producerId, firstOffset: Number(int64()) });
      }
      at += 4;
      const length = Math.max(0, int32());
      const position = from.get(partition) ?? 0;
      const read = readRecordBatches(bytes.subarray(at, at + length), position, aborted);
      at += length;
      partitions.push({ partition, errorCode: partitionError, highWatermark, logStart, ...read });
    }
  }
  return { errorCode, partitions };
}
