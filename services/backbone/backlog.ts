import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionSettings } from "../../adapters/kafka/client/connection-settings.ts";
import { groupBacklog, type PartitionBacklog } from "../../adapters/kafka/lag.ts";
import { VelibError } from "../../core/errors.ts";

/** A topic and the consumer group (its full name) that works it off. */
export interface ConsumedTopic {
  group: string;
  topic: string;
}

/** What one group has still to do. */
export interface GroupBacklog extends ConsumedTopic {
  /** Records that are not handled yet, over all partitions. */
  lag: number;
  partitions: PartitionBacklog[];
}

/** What is left to do: the answer of `/backlog`. */
export interface Backlog {
  /** Over all groups: 0 when everything that was sent is in the tables. */
  lag: number;
  groups: GroupBacklog[];
}

/** It must be told before a supervisor loses patience with a process that stops: 30 s by Kubernetes' default. */
const patience = { connectTimeoutMs: 2_000, requestTimeoutMs: 5_000 };

/** Asks Kafka what is left. @throws VelibError VELIB_KAFKA_* */
export async function askBacklog(connection: ConnectionSettings, topics: readonly ConsumedTopic[]): Promise<Backlog> {
  const asked = topics.map(async ({ group, topic }): Promise<GroupBacklog> => {
    const partitions = await groupBacklog({ ...connection, ...patience }, topic, group);
    return { group, topic, lag: partitions.reduce((sum, { lag }) => sum + lag, 0), partitions };
  });
  const groups = await Promise.all(asked);
  return { lag: groups.reduce((sum, { lag }) => sum + lag, 0), groups };
}

const lookEveryMs = 1_000;

/**
 * Resolves when what there was at the first answer is worked off, by whichever members of the groups, or when
 * `signal` aborts. A cluster that does not answer is asked again.
 */
export async function workedOff(
  ask: () => Promise<Backlog>,
  signal: AbortSignal,
  everyMs = lookEveryMs,
): Promise<void> {
  let goal: Map<string, number> | null = null;
  while (!signal.aborted) {
    const backlog = await answerOf(ask);
    if (backlog !== null) {
      goal ??= new Map(positions(backlog, ({ end }) => end));
      const handled = new Map(positions(backlog, ({ end, lag }) => end - lag));
      if ([...goal].every(([place, end]) => (handled.get(place) ?? 0) >= end)) return;
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

async function answerOf(ask: () => Promise<Backlog>): Promise<Backlog | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof VelibError && error.retryable) return null;
    throw error;
  }
}

function positions({ groups }: Backlog, offsetOf: (backlog: PartitionBacklog) => number): [string, number][] {
  return groups.flatMap(({ group, topic, partitions }) =>
    partitions.map((backlog): [string, number] => [`${group} ${topic}/${backlog.partition}`, offsetOf(backlog)]),
  );
}
