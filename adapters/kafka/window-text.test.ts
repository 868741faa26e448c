import fc from "fast-check";
import { expect, it } from "vitest";
import { StationWindowBatch } from "../../core/windows/station-window.ts";
import { timesText, WindowText } from "./window-text.ts";

const lengthMs = 180_000;

function batchOf(rows: readonly (readonly number[])[]): StationWindowBatch {
  const batch = new StationWindowBatch(lengthMs, 1);
  for (const row of rows) {
    const at = batch.add("paris", "1001");
    batch.values.set(row, at);
  }
  return batch;
}

function textsOf(text: WindowText, batch: StationWindowBatch): string[] {
  return Array.from({ length: batch.size }, (_, row) => {
    text.set(batch, row, timesText(batch.at(row).start, lengthMs));
    return text.bytes.toString("utf8", 0, text.length);
  });
}

it("writes every window as JSON.stringify does, whatever the one before was", () => {
  const start = fc.integer({ min: -2, max: 12_000_000 }).map((n) => n * lengthMs);
  const value = fc.oneof(
    fc.nat(120),
    fc.constantFrom(Number.NaN, 0, -0, 1, 0.25, 1e-7, 5e-324, 1e21, Number.MAX_VALUE, -1.5, 100, 99.5),
    fc.double({ noDefaultInfinity: true, noNaN: true }),
  );
  const row = fc.tuple(start, fc.array(value, { minLength: 13, maxLength: 13 })).map(([at, values]) => [at, ...values]);
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(4)), (rows, picks) => {
      // some several times in a row, and again later
      const batch = batchOf([...rows, ...picks.map((pick) => rows[pick % rows.length]!)]);

      expect(textsOf(new WindowText("paris", "1001"), batch)).toEqual(
        [...batch].map((window) => JSON.stringify(window)),
      );
    }),
  );
});
