import fc from "fast-check";
import { expect, it } from "vitest";
import { headerOf, type RecordSlice, readRecordBatches } from "./record-batch.ts";
import { writeRecordBatch } from "./record-batch-writer.ts";

const identity = { producerId: 7n, producerEpoch: 1, firstSequence: 0, transactional: true };

function textOf({ buffer, keyStart, keyEnd, valueStart, valueEnd, timestamp, offset }: RecordSlice) {
  return {
    key: buffer.toString("utf8", keyStart, keyEnd),
    value: buffer.toString("utf8", valueStart, valueEnd),
    timestamp: String(timestamp),
    offset,
  };
}

it("gives back what was written, compressed or not", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 300 });
  const message = fc.record({ key: text, value: text, timestamp: fc.nat(2 ** 41).map(String) });
  fc.assert(
    fc.property(fc.array(message, { minLength: 1 }), fc.constantFrom("none", "gzip"), (messages, compression) => {
      const batch = writeRecordBatch(messages, identity, compression);

      const { records, nextOffset } = readRecordBatches(batch, 0, []);

      expect(records.map(textOf)).toEqual(messages.map((written, offset) => ({ ...written, offset })));
      expect(nextOffset).toBe(messages.length);
    }),
  );
});

it("leaves a batch that is cut off for the next fetch, and records before the offset asked for out", () => {
  const messages = ["a", "b", "c"].map((value) => ({ key: "k", value, timestamp: "5", headers: { partitions: "3" } }));
  const batch = writeRecordBatch(messages, identity, "none");

  const { records, nextOffset } = readRecordBatches(Buffer.concat([batch, batch.subarray(0, 80)]), 1, []);

  expect(records.map(textOf).map(({ value }) => value)).toEqual(["b", "c"]);
  expect(records.map((record) => headerOf(record, "partitions"))).toEqual(["3", "3"]);
  expect(nextOffset).toBe(3);
});

it("leaves the records of an aborted transaction out, and reads on after them", () => {
  const batch = writeRecordBatch([{ key: "k", value: "v", timestamp: "5" }], identity, "none");

  const { records, nextOffset } = readRecordBatches(batch, 0, [{ producerId: 7n, firstOffset: 0 }]);

  expect(records).toEqual([]);
  expect(nextOffset).toBe(1);
});
