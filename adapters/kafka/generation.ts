/** Seconds at 2024-01-01T00:00Z: eras count from here, so that a generation stays below 2^53 until 2092. */
const firstEra = 1_704_067_200;
/** Rebalances a group can have before its era would have to change. */
const generationsPerEra = 2 ** 22;

/**
 * A group's generation starts at 1 again when the group was deleted or expired, but a result store compares with what
 * it saw before. So ours is (era, generation) in one number: the era is the time, in seconds, at which the partition
 * was first owned under this incarnation of the group. It is kept beside the committed offset, which lives and dies
 * with the group, and which the broker lets only the current generation write.
 */
export function generationOf(era: number, groupGeneration: number): number {
  return (era - firstEra) * generationsPerEra + groupGeneration;
}

/** The text that is committed beside an offset. */
export function eraText(era: number): string {
  return `velib-era=${era}`;
}

/** The era that a commit's text names; null when it names none. */
export function readEra(text: string): number | null {
  const found = /^velib-era=(\d+)$/.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/** The era of a group that is new, or new again. */
export function newEra(nowMs: number): number {
  return Math.floor(nowMs / 1000);
}
