import fc from "fast-check";
import { expect, it } from "vitest";
import { orderKey } from "./order-key.ts";

const text = fc.string({ unit: "binary" });

function sign(n: number): number {
  return Math.sign(n);
}

function compareUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

it("sorts by UTF-8 bytes as the texts do by UTF-16 code unit", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const bytes = Buffer.compare(Buffer.from(orderKey(a)), Buffer.from(orderKey(b)));
      expect(sign(bytes)).toBe(compareUnits(a, b));
    }),
    { examples: [["\u{1f6b2}", "\uffee"]] },
  );
});

it.each(["1001", "Paris 11e", "Île-de-France", "大阪"])("leaves %s as it is", (code) => {
  expect(orderKey(code)).toBe(code);
});
