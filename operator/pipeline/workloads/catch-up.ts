/** What is known of a consumer group at one instant. */
export interface LagSample {
  /** ms. */
  readonly at: number;
  /** By partition, records: how many there ever were, and how many of them have been read. */
  readonly partitions: readonly { readonly end: number; readonly read: number }[];
  /** Readers at that time. */
  readonly replicas: number;
}

/** What a group does, between two samples. */
export interface ReadingRates {
  /** Records/s that came in, of all partitions. */
  readonly arriving: number;
  /**
   * Records/s that one reader works off when there is always something to read; null where none was: a reader that
   * waits for records shows what comes in and not what it can do.
   */
  readonly perReader: number | null;
}

export interface CatchUpTarget {
  readonly targetSeconds: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly scaleUpCooldownMs: number;
  readonly scaleDownCooldownMs: number;
}

/** What the decision before left behind. */
export interface ScalingMemory {
  /** When the number last changed, ms; null when it never did. */
  readonly lastScaleAt: number | null;
  /** Since when fewer readers are enough without a break, ms; null while they aren't. */
  readonly fewerEnoughSince: number | null;
}

/** Why a number of readers is recommended: a closed list. */
export const recommendationReasons = [
  /** Too little is known yet: no backlog was ever worked off. */
  "RateUnknown",
  /** The backlog is worked off in time. */
  "InTime",
  /** More are needed. */
  "Behind",
  /** More would be needed than maxReplicas. */
  "AtMaximum",
  /** One partition alone takes too long: it has one reader, however many there are. */
  "PartitionBound",
  /** Fewer have been enough for as long as the cool-down. */
  "FewerSuffice",
  /** A change waits for the cool-down. */
  "CoolingDown",
] as const;
export type RecommendationReason = (typeof recommendationReasons)[number];

export interface Recommendation {
  readonly replicas: number;
  /** Records not read yet. */
  readonly lag: number;
  /** Time to work off the backlog with the readers there are; null when it never ends or the rate is not known. */
  readonly catchUpSeconds: number | null;
  readonly reason: RecommendationReason;
  readonly memory: ScalingMemory;
}

/** Seconds of work for all readers that must be waiting at both ends for their rate to be told. */
const busySeconds = 1;

/** The rates between two samples of the same readers; null when the time or the readers don't allow it. */
export function readingRates(before: LagSample, after: LagSample): ReadingRates | null {
  const seconds = (after.at - before.at) / 1000;
  if (seconds <= 0 || before.replicas !== after.replicas || after.replicas === 0) return null;
  if (before.partitions.length !== after.partitions.length) return null;
  const arriving = (sum(after, "end") - sum(before, "end")) / seconds;
  const reading = (sum(after, "read") - sum(before, "read")) / seconds;
  const wasBusy = Math.min(lagOf(before), lagOf(after)) > reading * busySeconds;
  return { arriving, perReader: reading > 0 && wasBusy ? reading / after.replicas : null };
}

/**
 * How many readers work off a backlog in time. With lag L records, A records/s arriving, r records/s a reader and the
 * target T seconds, n readers are enough when n·r·T ≥ L + A·T, so n = ⌈(L/T + A) / r⌉, within minReplicas and
 * maxReplicas and never more than partitions. A step up waits scaleUpCooldown after the last change; a step down waits
 * until fewer have been enough for scaleDownCooldown without a break.
 * @param now ms
 */
export function recommendReplicas(
  sample: LagSample,
  rates: ReadingRates | null,
  target: CatchUpTarget,
  memory: ScalingMemory,
  now: number,
): Recommendation {
  const { replicas: current } = sample;
  const lag = lagOf(sample);
  const highest = Math.max(1, Math.min(target.maxReplicas, sample.partitions.length));
  const within = (count: number) => Math.min(highest, Math.max(Math.min(target.minReplicas, highest), count));
  const { perReader = null, arriving = 0 } = rates ?? {};
  if (perReader === null) {
    const nothing = { ...memory, fewerEnoughSince: null };
    return {
      replicas: within(current),
      lag,
      catchUpSeconds: lag === 0 ? 0 : null,
      reason: "RateUnknown",
      memory: nothing,
    };
  }
  const needed = Math.ceil((lag / target.targetSeconds + arriving) / perReader);
  const wanted = within(needed);
  const spare = current * perReader - arriving;
  const catchUpSeconds = lag === 0 ? 0 : spare > 0 ? lag / spare : null;
  const stay = (reason: RecommendationReason, fewerEnoughSince: number | null): Recommendation => ({
    replicas: current,
    lag,
    catchUpSeconds,
    reason,
    memory: { ...memory, fewerEnoughSince },
  });
  const move = (reason: RecommendationReason): Recommendation => ({
    replicas: wanted,
    lag,
    catchUpSeconds,
    reason,
    memory: { lastScaleAt: now, fewerEnoughSince: null },
  });

  if (wanted > current) {
    const sinceScale = memory.lastScaleAt === null ? Number.POSITIVE_INFINITY : now - memory.lastScaleAt;
    return sinceScale < target.scaleUpCooldownMs ? stay("CoolingDown", null) : move("Behind");
  }
  if (wanted < current) {
    const since = memory.fewerEnoughSince ?? now;
    return now - since < target.scaleDownCooldownMs ? stay("CoolingDown", since) : move("FewerSuffice");
  }
  if (needed > highest) return stay("AtMaximum", null);
  return stay(longestPartitionSeconds(sample, perReader) > target.targetSeconds ? "PartitionBound" : "InTime", null);
}

function longestPartitionSeconds({ partitions }: LagSample, perReader: number): number {
  return Math.max(0, ...partitions.map(({ end, read }) => (end - read) / perReader));
}

function lagOf({ partitions }: LagSample): number {
  return partitions.reduce((total, { end, read }) => total + end - read, 0);
}

function sum({ partitions }: LagSample, member: "end" | "read"): number {
  return partitions.reduce((total, partition) => total + partition[member], 0);
}
