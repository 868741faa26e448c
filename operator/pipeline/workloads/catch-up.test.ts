import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CatchUpTarget,
  type LagSample,
  type ReadingRates,
  readingRates,
  recommendReplicas,
  type ScalingMemory,
} from "./catch-up.ts";

const target: CatchUpTarget = {
  targetSeconds: 120,
  minReplicas: 1,
  maxReplicas: 6,
  scaleUpCooldownMs: 60_000,
  scaleDownCooldownMs: 600_000,
};
const fresh: ScalingMemory = { lastScaleAt: null, fewerEnoughSince: null };
const now = 1_000_000_000;

/** `lag` records shared evenly over the partitions. */
function sample(lag: number, replicas: number, partitions = 6): LagSample {
  const each = lag / partitions;
  return { at: now, replicas, partitions: Array.from({ length: partitions }, () => ({ end: 1e6 + each, read: 1e6 })) };
}

const rates = (perReader: number, arriving = 0): ReadingRates => ({ perReader, arriving });

describe("the recommended number of aggregators", () => {
  it.each([
    ["nothing waits", sample(0, 1), rates(1000), 1, "InTime", 0],
    ["the backlog is worked off in time", sample(120_000, 1), rates(1000), 1, "InTime", 120],
    ["it takes longer", sample(240_000, 1), rates(1000), 2, "Behind", 240],
    ["what arrives counts too", sample(120_000, 1), rates(1000, 500), 2, "Behind", 240],
    ["more arrives than is read", sample(120_000, 1), rates(1000, 2000), 3, "Behind", null],
    ["it takes more than there may be", sample(6_000_000, 1), rates(1000), 6, "Behind", 6000],
    ["there are as many as there may be", sample(6_000_000, 6), rates(1000), 6, "AtMaximum", 1000],
    ["no rate is known", sample(120_000, 2), null, 2, "RateUnknown", null],
    ["there are fewer partitions than the maximum", sample(6_000_000, 1, 3), rates(1000), 3, "Behind", 6000],
  ] as const)("when %s", (_, given, reading, replicas, reason, catchUpSeconds) => {
    expect(recommendReplicas(given, reading, target, fresh, now)).toMatchObject({ replicas, reason, catchUpSeconds });
  });

  it("does not add readers to a partition that is behind alone: it has one reader", () => {
    const partitions = [
      { end: 200_000, read: 0 },
      { end: 0, read: 0 },
    ];

    expect(recommendReplicas({ at: now, replicas: 2, partitions }, rates(1000), target, fresh, now)).toMatchObject({
      replicas: 2,
      reason: "PartitionBound",
    });
  });

  it("steps up only when the cool-down after the last change is over", () => {
    const at = (lastScaleAt: number) =>
      recommendReplicas(sample(600_000, 1), rates(1000), target, { ...fresh, lastScaleAt }, now);

    expect(at(now - 59_999)).toMatchObject({ replicas: 1, reason: "CoolingDown" });
    expect(at(now - 60_000)).toMatchObject({ replicas: 5, reason: "Behind", memory: { lastScaleAt: now } });
  });

  it("steps down only when fewer have been enough without a break", () => {
    const first = recommendReplicas(sample(0, 4), rates(1000), target, fresh, now);
    const busy = recommendReplicas(sample(400_000, 4), rates(1000), target, first.memory, now + 300_000);
    const again = recommendReplicas(sample(0, 4), rates(1000), target, busy.memory, now + 400_000);
    const early = recommendReplicas(sample(0, 4), rates(1000), target, again.memory, now + 999_999);
    const late = recommendReplicas(sample(0, 4), rates(1000), target, early.memory, now + 1_000_000);

    expect([first, busy, again, early, late].map(({ replicas, reason }) => [replicas, reason])).toEqual([
      [4, "CoolingDown"],
      [4, "InTime"],
      [4, "CoolingDown"],
      [4, "CoolingDown"],
      [1, "FewerSuffice"],
    ]);
  });

  it("is always within its bounds, and enough where they allow it", () => {
    const lag = fc.integer({ min: 0, max: 1e8 });
    const rate = fc.integer({ min: 1, max: 1e6 });
    const count = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(lag, rate, rate, count, count, count, (backlog, perReader, arriving, current, partitions, max) => {
        const bounds = { ...target, maxReplicas: max };
        const given = sample(backlog, current, partitions);
        const { replicas, reason } = recommendReplicas(given, { perReader, arriving }, bounds, fresh, now);

        if (reason === "Behind") {
          const highest = Math.min(max, partitions);
          expect(replicas).toBeLessThanOrEqual(highest);
          const worked = replicas * perReader * target.targetSeconds;
          expect(replicas === highest || worked >= backlog + arriving * target.targetSeconds - 1).toBe(true);
        }
      }),
    );
  });
});

describe("the rate of a reader", () => {
  const at = (seconds: number, end: number, read: number, replicas = 2): LagSample => ({
    at: seconds * 1000,
    replicas,
    partitions: [{ end, read }],
  });

  it("is what was read while a backlog was there", () => {
    expect(readingRates(at(0, 100_000, 0), at(10, 105_000, 20_000))).toEqual({ arriving: 500, perReader: 1000 });
  });

  it("is not known from readers that wait for records", () => {
    expect(readingRates(at(0, 1000, 1000), at(10, 6000, 6000))).toEqual({ arriving: 500, perReader: null });
  });

  it.each([
    ["no time has passed", at(0, 9, 0), at(0, 9, 1)],
    ["the readers were other ones", at(0, 9, 0, 1), at(10, 9, 1, 2)],
    ["nobody read", at(0, 9, 0, 0), at(10, 9, 0, 0)],
  ])("is not known when %s", (_, before, after) => {
    expect(readingRates(before, after)).toBeNull();
  });
});
