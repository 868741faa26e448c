import { gzipSync } from "node:zlib";
import { crc32c } from "./crc32c.ts";
import type { ProducedMessage } from "./protocol-broker.ts";
import { batchHeaderBytes, messageBytes, type RecordBlock, RecordBlockWriter } from "./record-block.ts";

export interface BatchIdentity {
  /** −1: not idempotent. */
  producerId: bigint;
  producerEpoch: number;
  firstSequence: number;
  transactional: boolean;
}

/**
 * Messages as one record batch. With kafkajs's own encoder, which builds a buffer for every field, appending took 9.8
 * CPU s per million observations, with this one 5.3 (one run each on a busy machine, records made and stringified
 * included).
 */
export function writeRecordBatch(
  messages: readonly ProducedMessage[],
  identity: BatchIdentity,
  compression: "none" | "gzip",
): Buffer {
  return sealBatch(blockOf(messages), identity, compression);
}

/** Messages as a block of their own. */
export function blockOf(messages: readonly ProducedMessage[]): RecordBlock {
  const bytes = messages.reduce((sum, message) => sum + messageBytes(message), batchHeaderBytes);
  const writer = new RecordBlockWriter(Buffer.allocUnsafe(bytes));
  for (const message of messages) writer.append(message);
  return writer.finish();
}

/**
 * A block as a record batch (magic 2), in the block's own bytes unless it is compressed. Wire format: the Kafka protocol
 * guide, "Record Batch".
 */
export function sealBatch(block: RecordBlock, identity: BatchIdentity, compression: "none" | "gzip"): Buffer {
  const plain = block.bytes;
  const batch =
    compression === "none"
      ? plain
      : Buffer.concat([plain.subarray(0, batchHeaderBytes), gzipSync(plain.subarray(batchHeaderBytes), { level: 1 })]);
  const attributes = (compression === "gzip" ? 1 : 0) | (identity.transactional ? 0x10 : 0);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(attributes, 21);
  batch.writeInt32BE(block.count - 1, 23);
  batch.writeBigInt64BE(BigInt(block.firstTimestamp), 27);
  batch.writeBigInt64BE(BigInt(block.lastTimestamp), 35);
  batch.writeBigInt64BE(identity.producerId, 43);
  batch.writeInt16BE(identity.producerEpoch, 51);
  batch.writeInt32BE(identity.firstSequence, 53);
  batch.writeInt32BE(block.count, 57);
  batch.writeUInt32BE(crc32c(batch, 21), 17);
  return batch;
}
