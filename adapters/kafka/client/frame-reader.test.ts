import fc from "fast-check";
import { expect, it } from "vitest";
import { FrameReader } from "./frame-reader.ts";

/** Feeds bytes as a socket does, at most so many a read. */
function readAll(bytes: Buffer, reads: readonly number[]): Buffer[] {
  const frames: Buffer[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const most = reads.length === 0 ? bytes.length : reads[i % reads.length]!;
    const { space } = reader;
    const written = bytes.copy(space, 0, at, at + Math.min(most, space.length));
    reader.wrote(written);
    at += written;
  }
  return frames;
}

function frameOf(length: number, byte: number): Buffer {
  const frame = Buffer.alloc(4 + length, byte);
  frame.writeUInt32BE(length);
  return frame;
}

it("gives each answer whole, however the bytes come", () => {
  const lengths = fc.array(fc.oneof(fc.nat(40), fc.nat(200_000)), { maxLength: 6 });
  const reads = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 5_000, max: 70_000 })), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(lengths, reads, (all, sizes) => {
      const frames = all.map((length, i) => frameOf(length, i));
      const found = readAll(
        Buffer.concat(frames),
        sizes.some((size) => size > 9) ? sizes : sizes.map((size) => size * 997),
      );
      expect(found.length).toBe(frames.length);
      for (const [i, frame] of frames.entries()) expect(found[i]?.equals(frame)).toBe(true);
    }),
  );
});

it("gives on what is no answer, rather than wait for the size it seems to tell", () => {
  const text = Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n");

  expect(readAll(text, [])).toEqual([text]);
});
