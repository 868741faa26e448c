import fc from "fast-check";
import { expect, it } from "vitest";
import { shapeOf } from "./shape-of.ts";

it.each([
  [{ email: "a@b", dob: { age: 4, date: null } }, "{email: string, dob: {age: number, date: null}}"],
  [[{ a: true }, { a: 1 }], "[2 × {a: boolean}]"],
  [[], "[]"],
  [undefined, "nothing"],
  [{ "elise@example.com": 1, "01 99": 2 }, "{?: number, ?: number}"],
  [{ a: { b: { c: { d: { e: 1 } } } } }, "{a: {b: {c: {d: {…}}}}}"],
])("tells the fields and types of %j: %s", (value, shape) => {
  expect(shapeOf(value)).toBe(shape);
});

it("tells the first forty fields of a wide object", () => {
  const wide = Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => [`field${"x".repeat(n % 30)}_${"y".repeat(n)}`, n]),
  );

  expect(shapeOf(wide)).toMatch(/, …\}$/);
});

it("has no value of what it tells about", () => {
  const secret = "s3cret-7";
  const leaf = fc.constantFrom<unknown>(secret, 1, null, true);
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      leaf,
      fc.array(tie("value")),
      fc.dictionary(fc.constantFrom("a", "b", secret), tie("value")),
    ),
  }));

  fc.assert(fc.property(value, (given) => !shapeOf(given).includes(secret)));
});
