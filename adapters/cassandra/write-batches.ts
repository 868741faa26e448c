/** A row on its way: what its statement binds, and the partition it belongs to. */
export interface Row {
  /** Names the partition within its table. */
  partition: string;
  parameters: unknown[];
}

export interface BatchLimits {
  /** Rows of a batch: Cassandra warns of batches above 5 KiB. */
  rows: number;
  /** Partitions of a batch: Cassandra warns above 10. */
  partitions: number;
}

/**
 * Puts rows together into requests. Rows of one partition, as a back-fill has them, are one mutation on the server
 * for a whole batch. Partitions with few rows, as a live poll has them (a row a station), share a batch with others
 * that live on the same replicas: the node that takes it in then stores all of it itself.
 * @param replicasOf names the nodes a row's partition lives on
 */
export function writeBatches<T extends Row>(
  rows: readonly T[],
  limits: BatchLimits,
  replicasOf: (row: T) => string,
): T[][] {
  const batches: T[][] = [];
  const open = new Map<string, { rows: T[]; partitions: number }>();
  for (const group of Map.groupBy(rows, (row) => row.partition).values()) {
    const whole = group.length - (group.length % limits.rows);
    for (let from = 0; from < whole; from += limits.rows) batches.push(group.slice(from, from + limits.rows));
    const rest = whole === 0 ? group : group.slice(whole);
    if (rest.length === 0) continue;
    const replicas = replicasOf(rest[0]!);
    const shared = open.get(replicas);
    if (shared && shared.partitions < limits.partitions && shared.rows.length + rest.length <= limits.rows) {
      shared.rows.push(...rest);
      shared.partitions++;
      continue;
    }
    const started = { rows: [...rest], partitions: 1 };
    open.set(replicas, started);
    batches.push(started.rows);
  }
  return batches;
}
