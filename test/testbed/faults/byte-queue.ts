/** How long bytes are on their way: `delayMs` each, and not faster than `bytesPerSecond` in all. */
export interface Shape {
  delayMs: number;
  bytesPerSecond: number;
}

export const unshaped: Shape = { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY };

/** Clock and timer of a queue, ms; tests pass their own. */
export interface Timing {
  now(): number;
  /** Calls back after `ms`; returns how to call that off. */
  after(ms: number, callback: () => void): () => void;
}

export const wallTiming: Timing = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Bytes on their way in one direction, in order. */
export interface ByteQueue {
  push(bytes: Buffer): void;
  /** After all that was pushed, the sender has no more. */
  finish(): void;
  /** Bytes that were pushed and not yet delivered. */
  readonly held: number;
  /** For bytes pushed from now on. */
  shape(shape: Shape): void;
  /** Nothing is delivered until `release`; what is pushed meanwhile is kept, as TCP would send it again. */
  hold(): void;
  /** Ends `hold`; what is held goes out at once, whatever shape it was pushed in. */
  release(): void;
  /** Drops all that is held. */
  discard(): void;
}

/** At a throttled rate bytes go out in pieces of at most this time, so that a big write trickles as on a slow line. */
const PIECE_MS = 50;

/**
 * A queue that gives each piece to `deliver`, and the end to `finished`, when its time has come: pushed at t, a piece of n bytes is due at
 * max(t, end of the piece before) + n / bytesPerSecond, and delivered `delayMs` after that.
 */
export function byteQueue(deliver: (bytes: Buffer) => void, finished: () => void, timing: Timing): ByteQueue {
  const pieces: { due: number; bytes: Buffer | null }[] = [];
  let current = unshaped;
  let lineFreeAt = Number.NEGATIVE_INFINITY;
  let held = 0;
  let holding = false;
  let cancel: (() => void) | null = null;

  function drain(): void {
    cancel?.();
    cancel = null;
    while (!holding) {
      const next = pieces[0];
      if (next === undefined) return;
      const wait = next.due - timing.now();
      if (wait > 0) {
        cancel = timing.after(wait, drain);
        return;
      }
      pieces.shift();
      if (next.bytes === null) {
        finished();
        continue;
      }
      held -= next.bytes.length;
      deliver(next.bytes);
    }
  }

  return {
    get held() {
      return held;
    },
    push(bytes) {
      const size = Math.max(1, Math.floor((current.bytesPerSecond * PIECE_MS) / 1000));
      for (let from = 0; from < bytes.length; from += size) {
        const piece = bytes.subarray(from, from + size);
        lineFreeAt = Math.max(timing.now(), lineFreeAt) + (piece.length * 1000) / current.bytesPerSecond;
        pieces.push({ due: lineFreeAt + current.delayMs, bytes: piece });
        held += piece.length;
      }
      drain();
    },
    finish() {
      pieces.push({ due: Math.max(timing.now(), lineFreeAt) + current.delayMs, bytes: null });
      drain();
    },
    shape(shape) {
      current = shape;
      lineFreeAt = Number.NEGATIVE_INFINITY;
    },
    hold() {
      holding = true;
      cancel?.();
      cancel = null;
    },
    release() {
      holding = false;
      for (const piece of pieces) piece.due = Number.NEGATIVE_INFINITY;
      drain();
    },
    discard() {
      cancel?.();
      cancel = null;
      pieces.length = 0;
      held = 0;
    },
  };
}
