/** A member of a consumer group and the partitions it owned before the rebalance. */
export interface AssignedMember {
  id: string;
  owned: readonly number[];
}

/**
 * Shares partitions 0 … count−1 out evenly (numbers differ by at most one). A member keeps what it owned as far as
 * that allows: every partition that moves costs its new owner the loading of a checkpoint. Independent of the order
 * of `members`.
 */
export function assignPartitions(members: readonly AssignedMember[], count: number): Map<string, number[]> {
  const sorted = [...members].sort((a, b) => b.owned.length - a.owned.length || (a.id < b.id ? -1 : 1));
  const shares = new Map<string, number[]>();
  const taken = new Set<number>();
  const least = Math.floor(count / sorted.length);
  let larger = count % sorted.length;
  const open: { share: number[]; quota: number }[] = [];
  for (const { id, owned } of sorted) {
    const quota = larger > 0 ? least + 1 : least;
    if (larger > 0) larger--;
    const share: number[] = [];
    for (const partition of owned) {
      if (share.length === quota || partition >= count || taken.has(partition)) continue;
      share.push(partition);
      taken.add(partition);
    }
    shares.set(id, share);
    open.push({ share, quota });
  }
  let partition = 0;
  for (const { share, quota } of open) {
    while (share.length < quota) {
      if (!taken.has(partition)) share.push(partition);
      partition++;
    }
    share.sort((a, b) => a - b);
  }
  return shares;
}
