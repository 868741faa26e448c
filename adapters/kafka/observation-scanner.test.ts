import fc from "fast-check";
import { expect, it } from "vitest";
import type { ObservationRecord } from "../../core/log/record.ts";
import { isLogRecord } from "./log-record.ts";
import { ObservationScanner } from "./observation-scanner.ts";

const count = fc.oneof(fc.nat(80), fc.nat(), fc.constantFrom(0, -1, 0.5, 1e15, 1e21, 999_999_999_999_999));
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.constantFrom("1001", "16107", "Créteil", 'a"b', "\\", "\u0007", "😀"),
);
const observation: fc.Arbitrary<ObservationRecord> = fc.record({
  kind: fc.constantFrom("change", "keyframe"),
  source: text,
  station: text,
  at: fc.integer({ min: -10, max: 8.64e15 }),
  bikes: count,
  mechanical: fc.option(count),
  ebike: fc.option(count),
  docks: count,
  installed: fc.boolean(),
  renting: fc.boolean(),
  returning: fc.boolean(),
  capacity: fc.option(count),
  zone: fc.option(text),
  reportedAt: fc.option(fc.nat(2 ** 41)),
});

const usual: ObservationRecord = {
  kind: "change",
  source: "paris",
  station: "1001",
  at: 1_731_024_000_000,
  bikes: 12,
  mechanical: 7,
  ebike: null,
  docks: 0,
  installed: true,
  renting: false,
  returning: true,
  capacity: 30,
  zone: "Paris 11e",
  reportedAt: null,
};

/** What JSON.parse makes of the bytes, if that is a record. */
function parsed(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isLogRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** Scans the bytes in the middle of others. */
function scan(scanner: ObservationScanner, bytes: Buffer): ObservationRecord | null {
  return scanner.scan(Buffer.concat([Buffer.from('"1,'), bytes, Buffer.from(',"0}')]), 3, 3 + bytes.length);
}

it("reads what a producer writes, without JSON.parse", () => {
  const scanner = new ObservationScanner();
  const other: ObservationRecord = { ...usual, kind: "keyframe", station: "Créteil 😀", ebike: 5, zone: null };

  for (const record of [usual, other, usual]) {
    expect(scan(scanner, Buffer.from(JSON.stringify(record)))).toEqual(record);
  }
});

it("reads as JSON.parse does whatever it does not leave to it", () => {
  const scanner = new ObservationScanner();
  fc.assert(
    fc.property(observation, (record) => {
      const bytes = Buffer.from(JSON.stringify(record));
      const scanned = scan(scanner, bytes);
      if (scanned !== null) expect(scanned).toEqual(parsed(bytes));
    }),
  );
});

it("takes no bytes for a record that JSON.parse does not, or takes otherwise", () => {
  const scanner = new ObservationScanner();
  const usualBytes = Buffer.from(JSON.stringify(usual));
  const edit = fc.record({
    at: fc.nat(usualBytes.length),
    remove: fc.nat(3),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom("0", "1", "-", ".", "e5", "null", '"', ",", "}", " ", "\\n", "01", "true").map(Buffer.from),
    ),
  });
  fc.assert(
    fc.property(edit, ({ at, remove, insert }) => {
      const bytes = Buffer.concat([usualBytes.subarray(0, at), insert, usualBytes.subarray(at + remove)]);
      const scanned = scan(scanner, bytes);
      if (scanned !== null) expect(scanned).toEqual(parsed(bytes));
    }),
    { numRuns: 3_000 },
  );
});

it.each([
  ["a number with leading zeroes", '"docks":00'],
  ["a fraction", '"docks":0.5'],
  ["an exponent", '"docks":0e1'],
  ["no number", '"docks":'],
  ["a number that is not exact", '"docks":12345678901234567'],
  ["an escape", '"docks":0,"zone":"\\u0041"'],
])("leaves %s to JSON.parse", (_name, inserted) => {
  const bytes = Buffer.from(JSON.stringify(usual).replace('"docks":0', inserted));

  expect(scan(new ObservationScanner(), bytes)).toBeNull();
});
