import { types } from "cassandra-driver";
import fc from "fast-check";
import { expect, it } from "vitest";
import { cqlBigint, cqlDate, cqlFields, cqlText, cqlTimestamp } from "./cql-bytes.ts";
import { epochDay } from "./time-buckets.ts";

it("writes whole numbers as eight bytes, big-endian", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const expected = Buffer.alloc(8);
      expected.writeBigInt64BE(BigInt(value));
      expect(cqlBigint(value).equals(expected)).toBe(true);
      expect(cqlTimestamp(value).equals(expected)).toBe(true);
    }),
    { examples: [[0], [1023], [1024], [-1], [2 ** 32], [-(2 ** 32)]] },
  );
});

it.each(["1969-12-31", "1970-01-01", "2024-11-08", "0001-01-01"])("writes %s as the driver does", (date) => {
  expect(cqlDate(epochDay(Date.parse(date)))).toEqual(types.LocalDate.fromString(date).toBuffer());
});

it("writes the same text the same way each time", () => {
  expect(cqlText("Île")).toEqual(Buffer.from("Île"));
  expect(cqlText("Île")).toBe(cqlText("Île"));
});

it("puts each field's length before it, and -1 for null", () => {
  expect([...cqlFields([Buffer.of(7, 8), null, Buffer.of()])]).toEqual([
    0, 0, 0, 2, 7, 8, 255, 255, 255, 255, 0, 0, 0, 0,
  ]);
});
