import { Binary, Long, ObjectId } from "mongodb";
import { VelibError } from "../../core/errors.ts";
import type { Checkpoint } from "../../core/ports/result-store.ts";
import type { CheckpointDocument, Collections } from "./collections.ts";
import { hasCode } from "./collections.ts";
import { mongodbError, serverCode } from "./mongodb-error.ts";

/** Bytes of state a checkpoint holds itself; a MongoDB document ends at 16 MiB. */
const inlineBytes = 8 * 1024 * 1024;
const chunkBytes = 8 * 1024 * 1024;

/**
 * Checkpoints, fenced by generation. A state too large for a document lies in chunks of its own, written before
 * the checkpoint that names them: that one write switches from the old state to the new.
 */
export class Checkpoints {
  readonly #collections: Collections;

  constructor(collections: Collections) {
    this.#collections = collections;
  }

  async read(partition: number): Promise<Checkpoint | null> {
    while (true) {
      const found = await this.#collections.checkpoints.findOne({ _id: partition }, { promoteLongs: false });
      if (found === null) return null;
      const state = found.state === null ? await this.#readChunks(found) : bytesOf(found.state);
      // Null: another commit has replaced the state in between, and its chunks are gone.
      if (state === null) continue;
      return { partition, generation: Number(found.generation), offset: found.offset.toBigInt(), state };
    }
  }

  /** @throws VelibError VELIB_CHECKPOINT_FENCED when a newer generation has committed. */
  async assertNotFenced(partition: number, generation: number): Promise<void> {
    const found = await this.#collections.checkpoints.findOne({ _id: partition }, { projection: { generation: 1 } });
    if (found !== null && found.generation > generation) throw fenced(partition, generation, found.generation);
  }

  /** @throws VelibError VELIB_CHECKPOINT_FENCED when a newer generation has committed: the old checkpoint stays. */
  async write({ partition, generation, offset, state }: Checkpoint): Promise<void> {
    const inline = state.byteLength <= inlineBytes;
    const stateId = inline ? null : new ObjectId();
    const chunks = stateId === null ? 0 : await this.#writeChunks(stateId, partition, generation, state);
    const row: Omit<CheckpointDocument, "_id"> = {
      generation,
      offset: Long.fromBigInt(offset),
      state: inline ? new Binary(state) : null,
      state_id: stateId,
      state_chunks: chunks,
      committed_at: new Date(),
    };
    const { checkpoints, checkpointChunks } = this.#collections;
    try {
      await checkpoints.updateOne(
        { _id: partition, generation: { $lte: generation } },
        { $set: row },
        { upsert: true },
      );
    } catch (error) {
      if (!hasCode(error, serverCode.duplicateKey)) throw error;
      // Not matched for its generation, so the upsert met it as a duplicate; or two first commits met each other.
      await this.assertNotFenced(partition, generation);
      throw mongodbError(error, checkpoints.dbName);
    }
    // What earlier states, and commits that broke off, have left behind. A newer generation's chunks stay.
    await checkpointChunks.deleteMany({
      partition,
      generation: { $lte: generation },
      ...(stateId === null ? {} : { "_id.state": { $ne: stateId } }),
    });
  }

  async #writeChunks(stateId: ObjectId, partition: number, generation: number, state: Uint8Array): Promise<number> {
    let n = 0;
    // One at a time: a commit holds one chunk's copy in memory.
    for (let at = 0; at < state.byteLength; at += chunkBytes) {
      const data = new Binary(state.subarray(at, at + chunkBytes));
      await this.#collections.checkpointChunks.insertOne({ _id: { state: stateId, n }, partition, generation, data });
      n++;
    }
    return n;
  }

  async #readChunks({ state_id, state_chunks }: CheckpointDocument): Promise<Uint8Array | null> {
    if (state_id === null) return null;
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let n = 0; n < state_chunks; n++) {
      const chunk = await this.#collections.checkpointChunks.findOne({ _id: { state: state_id, n } });
      if (chunk === null) return null;
      const part = bytesOf(chunk.data);
      parts.push(part);
      length += part.length;
    }
    const state = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      state.set(part, at);
      at += part.length;
    }
    return state;
  }
}

function bytesOf(binary: Binary): Uint8Array {
  const { buffer, byteOffset } = binary.buffer;
  return new Uint8Array(buffer, byteOffset, binary.position);
}

function fenced(partition: number, generation: number, newest: number): VelibError {
  return new VelibError(
    "VELIB_CHECKPOINT_FENCED",
    `partition ${partition}: generation ${newest} has taken over from ${generation}; this process must stop writing it`,
  );
}
