import fc from "fast-check";
import { expect, it } from "vitest";
import type { Row } from "./write-batches.ts";
import { writeBatches } from "./write-batches.ts";

const limits = { rows: 4, partitions: 3 };

function rows(...partitions: string[]): Row[] {
  return partitions.map((partition, n) => ({ partition, parameters: [n] }));
}

function partitionsOf(batches: Row[][]): string[] {
  return batches.map((batch) => batch.map((row) => row.partition).join(""));
}

it("cuts a partition with many rows into full batches", () => {
  expect(partitionsOf(writeBatches(rows(..."aaaaaaaaa"), limits, () => ""))).toEqual(["aaaa", "aaaa", "a"]);
});

it("puts partitions with few rows together, up to as many as Cassandra takes without a warning", () => {
  expect(partitionsOf(writeBatches(rows(..."abcde"), limits, () => ""))).toEqual(["abc", "de"]);
});

it("keeps partitions apart that live on other nodes", () => {
  const odd = (row: Row) => ("ace".includes(row.partition) ? "n1" : "n2");

  expect(partitionsOf(writeBatches(rows(..."abcdef"), limits, odd))).toEqual(["ace", "bdf"]);
});

it("has every row in exactly one batch, whatever the rows, and never more than the limits", () => {
  const partition = fc.constantFrom(..."abcdefghijklmnop");
  fc.assert(
    fc.property(fc.array(partition, { maxLength: 200 }), fc.nat(5), (names, nodes) => {
      const all = rows(...names);

      const batches = writeBatches(all, limits, (row) => String(row.partition.charCodeAt(0) % (nodes + 1)));

      expect(new Set(batches.flat())).toEqual(new Set(all));
      expect(batches.flat()).toHaveLength(all.length);
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(limits.rows);
        expect(new Set(batch.map((row) => row.partition)).size).toBeLessThanOrEqual(limits.partitions);
      }
    }),
  );
});
