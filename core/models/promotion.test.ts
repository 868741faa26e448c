import { expect, it } from "vitest";
import { decide } from "./promotion.ts";

const persistence = { brier: 0.03, averagePrecision: 0.24 };
const serving = { version: "old", brier: 0.02, averagePrecision: 0.26 };

const brier = (value: number) => ({ version: "new", brier: value, averagePrecision: null });
const precision = (value: number | null) => ({ version: "new", brier: 1, averagePrecision: value });

it.each([
  {
    what: "better than persistence, none serves",
    candidate: brier(0.02),
    rival: null,
    reason: "BetterThanPersistence",
  },
  { what: "as good as persistence", candidate: brier(0.03), rival: null, reason: "NotBetterThanPersistence" },
  { what: "worse than persistence", candidate: brier(0.04), rival: null, reason: "NotBetterThanPersistence" },
  { what: "better than both", candidate: brier(0.01), rival: serving, reason: "BetterThanServing" },
  { what: "as good as the serving model", candidate: brier(0.02), rival: serving, reason: "NotBetterThanServing" },
  {
    what: "better than a serving model that is worse than persistence, itself worse too",
    candidate: brier(0.04),
    rival: { ...serving, brier: 0.05 },
    reason: "NotBetterThanPersistence",
  },
  {
    what: "the serving model itself",
    candidate: { ...brier(0.02), version: "old" },
    rival: serving,
    reason: "AlreadyServing",
  },
])("by Brier score: $what → $reason", ({ candidate, rival, reason }) => {
  const decision = decide(candidate, persistence, rival, { metric: "Brier", minimumGain: 0 });

  expect(decision).toEqual({ outcome: reason.startsWith("Better") ? "Promoted" : "NotPromoted", reason });
});

it.each([
  { what: "higher", candidate: precision(0.27), rival: serving, reason: "BetterThanServing" },
  { what: "lower", candidate: precision(0.25), rival: serving, reason: "NotBetterThanServing" },
  { what: "without a positive row", candidate: precision(null), rival: serving, reason: "OneOutcomeOnly" },
])("by average precision: $what → $reason", ({ candidate, rival, reason }) => {
  const decision = decide(candidate, persistence, rival, { metric: "AveragePrecision", minimumGain: 0 });

  expect(decision.reason).toBe(reason);
});

it.each([
  { gain: 0.005, reason: "BetterThanServing" },
  { gain: 0.015, reason: "NotBetterThanServing" },
  { gain: 0.025, reason: "NotBetterThanPersistence" },
])("with a minimum gain of $gain → $reason", ({ gain, reason }) => {
  const decision = decide(brier(0.01), persistence, serving, { metric: "Brier", minimumGain: gain });

  expect(decision.reason).toBe(reason);
});
