/** For small answers, and the beginnings of large ones. */
const scratchBytes = 64 << 10;
const sizeBytes = 4;
/** No broker's answer is larger. */
const mostBytes = 1 << 28;

/**
 * Reads a connection's answers (a 32-bit size, then so many bytes) straight into a buffer each. Node's own way is a
 * buffer of 64 KiB a read, of which kafkajs then makes one: a read more for every 64 KiB, and a copy of everything.
 */
export class FrameReader {
  readonly #onFrame: (frame: Buffer) => void;
  readonly #scratch = Buffer.allocUnsafeSlow(scratchBytes);
  /** The answer under way, once its size is known; null: what comes next goes to `#scratch`. */
  #frame: Buffer | null = null;
  #filled = 0;

  /** @param onFrame gets each whole answer, size included; of something that is no answer, what came */
  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** Where the next bytes are to be written. */
  get space(): Buffer {
    return (this.#frame ?? this.#scratch).subarray(this.#filled);
  }

  /** So many bytes were written into `space`. */
  wrote(bytes: number): void {
    this.#filled += bytes;
    const frame = this.#frame;
    if (frame === null) {
      this.#takeFrames();
    } else if (this.#filled === frame.length) {
      this.#frame = null;
      this.#filled = 0;
      this.#onFrame(frame);
    }
  }

  /** Gives the whole answers in the scratch out, and makes the buffer of one that has begun. */
  #takeFrames(): void {
    const end = this.#filled;
    let at = 0;
    while (end - at >= sizeBytes && this.#frame === null) {
      const size = sizeBytes + this.#scratch.readUInt32BE(at);
      const isAnswer = size <= mostBytes;
      const frame = Buffer.allocUnsafeSlow(isAnswer ? size : end - at);
      const copied = this.#scratch.copy(frame, 0, at, end);
      at += copied;
      if (copied === frame.length) {
        this.#onFrame(frame);
      } else {
        this.#frame = frame;
        this.#filled = copied;
      }
    }
    if (this.#frame === null) this.#filled = this.#scratch.copy(this.#scratch, 0, at, end);
  }
}
