import type { ClusterLink } from "./client/cluster-link.ts";
import type { FetchedPartition } from "./client/fetch-answer.ts";

const limits = { maxWaitMs: 500, maxBytes: 8 << 20, partitionBytes: 2 << 20 };

/** Protocol error codes. */
const offsetOutOfRange = 1;
/** The leader moved, or metadata is older than the broker's: asking anew helps. */
const stale = new Set([3, 5, 6, 9, 56, 74, 75, 76]);

interface Pending {
  partitions: readonly number[];
  answer: Promise<{ leader: string; fetched: FetchedPartition[] | null; error: unknown }>;
}

/**
 * Reads several partitions on and on. The next stretch is asked for before the last one is handed out, so that the
 * broker works while the handler does; brokers are asked independently of each other.
 */
export class PartitionReader {
  readonly #link: ClusterLink;
  readonly #topic: string;
  readonly #positions: Map<number, number>;
  readonly #pending = new Map<string, Pending>();

  constructor(link: ClusterLink, topic: string, positions: ReadonlyMap<number, number>) {
    this.#link = link;
    this.#topic = topic;
    this.#positions = new Map(positions);
  }

  /** The next stretches, at most one a partition; none when nothing came for half a second or the signal aborted. */
  async next(signal: AbortSignal): Promise<FetchedPartition[]> {
    await this.#link.refreshIfOld();
    this.#ask();
    const answers = [...this.#pending.values()].map(({ answer }) => answer);
    const { promise: interrupted, resolve } = Promise.withResolvers<null>();
    const interrupt = () => resolve(null);
    signal.addEventListener("abort", interrupt, { once: true });
    // Without a partition there is nothing to wait for but the next rebalance.
    const idle = answers.length === 0 ? setTimeout(interrupt, limits.maxWaitMs) : null;
    const answer = await Promise.race([...answers, interrupted]);
    signal.removeEventListener("abort", interrupt);
    if (idle !== null) clearTimeout(idle);
    if (answer === null || signal.aborted) return [];

    this.#pending.delete(answer.leader);
    if (answer.fetched === null) throw answer.error;
    const usable: FetchedPartition[] = [];
    let moved: FetchedPartition | null = null;
    for (const fetched of answer.fetched) {
      if (fetched.errorCode === 0) {
        usable.push(fetched);
        this.#positions.set(fetched.partition, fetched.nextOffset);
      } else if (fetched.errorCode === offsetOutOfRange) {
        await this.#overtaken(fetched);
      } else {
        moved = fetched;
      }
    }
    if (moved !== null) await this.#locate(moved);
    this.#ask();
    return usable;
  }

  #ask(): void {
    const busy = new Set([...this.#pending.values()].flatMap(({ partitions }) => partitions));
    const free = [...this.#positions.keys()].filter((partition) => !busy.has(partition));
    for (const [leader, partitions] of this.#link.leaders(this.#topic, free)) {
      if (this.#pending.has(leader)) continue;
      const from = new Map(partitions.map((partition) => [partition, this.#positions.get(partition) ?? 0]));
      const answer = this.#link.fetch(leader, this.#topic, from, limits).then(
        (fetched) => ({ leader, fetched, error: null }),
        (error: unknown) => ({ leader, fetched: null, error }),
      );
      this.#pending.set(leader, { partitions, answer });
    }
  }

  /** Retention may drop what a slow reader has not read yet: it goes on at the oldest record kept. */
  async #overtaken({ partition, errorCode }: FetchedPartition): Promise<void> {
    const oldest = (await this.#link.offsets(this.#topic, [partition], "oldest")).get(partition) ?? 0;
    if (oldest <= (this.#positions.get(partition) ?? 0)) {
      throw this.#link.partitionError(errorCode, `read ${this.#topic}/${partition}`);
    }
    this.#positions.set(partition, oldest);
  }

  async #locate({ partition, errorCode }: FetchedPartition): Promise<void> {
    if (!stale.has(errorCode)) throw this.#link.partitionError(errorCode, `read ${this.#topic}/${partition}`);
    await this.#link.refresh();
  }
}
