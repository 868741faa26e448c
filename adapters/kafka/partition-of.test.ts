import fc from "fast-check";
import { Partitioners } from "kafkajs";
import { expect, it } from "vitest";
import { murmur2, partitionOf } from "./partition-of.ts";

it.each([
  // the vectors of the Java client's own UtilsTest.testMurmur2
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
])("hashes %s as the Java client does", (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

it("agrees with the client's own partitioner for every key and partition count", () => {
  const choose = Partitioners.DefaultPartitioner();
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 200 }), (key, partitions) => {
      const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
        partitionErrorCode: 0,
        partitionId,
        leader: 0,
        replicas: [],
        isr: [],
      }));

      const chosen = choose({ topic: "any", partitionMetadata, message: { key, value: null } });

      expect(partitionOf(key, partitions)).toBe(chosen);
    }),
  );
});
