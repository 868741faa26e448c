import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { reasonMeanings } from "./condition-meanings.ts";
import { conditionReasons } from "./condition-reasons.ts";
import { statusReference } from "./reference.ts";

it.each([...statusReference()])("%s is what the lists say", (path, text) => {
  expect(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8")).toBe(text);
});

it("explains every reason, and no other", () => {
  const reasons = new Set(Object.values(conditionReasons).flat());

  expect(Object.keys(reasonMeanings).sort()).toEqual([...reasons].sort());
});
