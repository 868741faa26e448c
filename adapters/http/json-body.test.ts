import fc from "fast-check";
import { expect, test } from "vitest";
import { excerptLimit } from "../../core/dead-letter/dead-letter.ts";
import { type BodyProblem, parseJson, unexpectedFormat } from "./json-body.ts";

function reasonOf(body: string, complete = true): BodyProblem["reason"] | "value" {
  const decoded = parseJson(body, complete);
  return "problem" in decoded ? decoded.problem.reason : "value";
}

test.each([
  ['[{"a": 1}]', "value"],
  ['[{"a": 1}, {"a', "truncated-body"],
  ['{"data": {"stations": [{"b": tru', "truncated-body"],
  ['["\\', "truncated-body"],
  ["[1, 2", "truncated-body"],
  ["[", "truncated-body"],
  ["", "unreadable-body"],
  ["  ", "unreadable-body"],
  ["<!doctype html><style>a { b: c }</style>", "unreadable-body"],
  ["{{#each rows}}", "unreadable-body"],
  ["[1] [2", "unreadable-body"],
  ["{a: 1}", "unreadable-body"],
  ["[1}", "unreadable-body"],
  ["Bad gateway", "unreadable-body"],
])("%j is %s", (body, expected) => {
  expect(reasonOf(body)).toBe(expected);
});

test("what came before a connection broke off is truncated, whatever it looks like", () => {
  expect(reasonOf("Bad gat", false)).toBe("truncated-body");
});

test("a body that was cut off in nothing but its last white space is whole", () => {
  expect(reasonOf("[1]\n", false)).toBe("value");
});

test("JSON cut anywhere is truncated", () => {
  const documents = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
  fc.assert(
    fc.property(documents, fc.nat(), (document, n) => {
      const json = JSON.stringify(document);
      const cut = 1 + (n % (json.length - 1));
      expect(reasonOf(json.slice(0, cut)), json.slice(0, cut)).toBe("truncated-body");
    }),
  );
});

test("no text makes it throw, and the excerpt is bounded", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 3000 }), fc.boolean(), (body, complete) => {
      const decoded = parseJson(body, complete);
      if ("problem" in decoded) expect(decoded.problem.excerpt.length).toBeLessThanOrEqual(excerptLimit);
    }),
  );
});

test("an unexpected format is told in a few words", () => {
  expect(unexpectedFormat("rows", { a: 1, b: [] })).toEqual({
    problem: {
      reason: "unexpected-format",
      detail: "expected rows, got an object {a, b}",
      excerpt: '{"a":1,"b":[]}',
    },
  });
});
