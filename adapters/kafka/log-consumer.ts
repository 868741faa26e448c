import { setTimeout as sleep } from "node:timers/promises";
import { VelibError } from "../../core/errors.ts";
import type { LogHandler } from "../../core/ports/observation-log.ts";
import type { ClusterLink } from "./client/cluster-link.ts";
import { KafkaError } from "./client/kafka-error.ts";
import { readRange } from "./client/read-range.ts";
import { noteEntries } from "./entry-notes.ts";
import { eraText, generationOf, newEra, readEra } from "./generation.ts";
import type { GroupMember } from "./group-member.ts";
import { PartitionReader } from "./partition-reader.ts";
import type { RecordCodec } from "./record-codec.ts";
import type { TopicNames } from "./topic-names.ts";

export interface LogConsumerOptions {
  topics: TopicNames;
  codec: RecordCodec;
  /** For how long the cluster may fail to answer before `run` gives up, ms. */
  outageMs: number;
  /** How often the offsets handled are committed for the lag metric, ms. */
  commitMs: number;
  now: () => number;
  /** Told of the failure at the start of an outage, and of null at its end: readiness. */
  onOutage: (cause: VelibError | null) => void;
}

/** A partition while it is ours. */
interface OwnedPartition {
  generation: number;
  era: number;
  /** Where the handler goes on. */
  next: number;
}

/** Reads the log as a member of a group: one handler call at a time, over all its partitions. */
export class LogConsumer {
  readonly #link: ClusterLink;
  readonly #member: GroupMember;
  readonly #handler: LogHandler;
  readonly #options: LogConsumerOptions;
  readonly #signal: AbortSignal;
  readonly #owned = new Map<number, OwnedPartition>();
  /** Up to where `untilEnd` reads, by partition; null: without end. */
  #ends: Map<number, number> | null = null;
  #committedAt = 0;
  #answeredAt: number;
  #outage = false;

  constructor(
    link: ClusterLink,
    member: GroupMember,
    handler: LogHandler,
    options: LogConsumerOptions,
    signal: AbortSignal,
  ) {
    this.#link = link;
    this.#member = member;
    this.#handler = handler;
    this.#options = options;
    this.#signal = signal;
    this.#answeredAt = options.now();
  }

  /** Reads until the signal aborts, or until the records that were there at the start are handled. */
  async run(untilEnd: boolean): Promise<void> {
    try {
      if (untilEnd)
        this.#ends = await this.#patiently(() => this.#link.offsets(this.#topic, this.#allPartitions(), "end"));
      for (let done = false; !done && !this.#signal.aborted; ) done = await this.#membership();
    } finally {
      await this.#member.leave();
    }
  }

  get #topic(): string {
    return this.#options.topics.observations;
  }

  #allPartitions(): number[] {
    return Array.from({ length: this.#link.partitionCount(this.#topic) }, (_, partition) => partition);
  }

  /** From one rebalance to the next. True: there is nothing left to read. */
  async #membership(): Promise<boolean> {
    const partitions = await this.#patiently(() => this.#member.join());
    if (partitions === null) return true;
    let done = false;
    let failure: { error: unknown } | null = null;
    try {
      if (await this.#assign(partitions)) done = await this.#read(this.#allPartitions().length);
    } catch (error) {
      failure = { error };
    }
    await this.#revokeAll(failure !== null);
    if (failure !== null) throw failure.error;
    return done;
  }

  /** Hands the partitions to the handler. False: another rebalance came first. */
  async #assign(partitions: readonly number[]): Promise<boolean> {
    const oldest = await this.#patiently(() => this.#link.offsets(this.#topic, partitions, "oldest"));
    const ends = await this.#patiently(() => this.#link.offsets(this.#topic, partitions, "end"));
    const committed = await this.#patiently(() => this.#member.committed(partitions));
    if (oldest === null || ends === null || committed === null) return false;
    const era = newEra(this.#options.now());
    for (const partition of partitions) {
      const low = oldest.get(partition) ?? 0;
      const known = committed.get(partition);
      const own = { era: readEra(known?.metadata ?? "") ?? era, generation: 0, next: known?.offset ?? low };
      // Before the handler hears of it: the broker refuses this to a member of a former generation.
      if (!(await this.#commit(new Map([[partition, own]])))) return false;
      own.generation = generationOf(own.era, this.#member.generation);
      const from = await this.#handler.assigned(partition, own.generation);
      own.next = this.#start(partition, from, low, ends.get(partition) ?? 0);
      this.#owned.set(partition, own);
      if (from === null && low > 0) await this.#giveStations(partition, own, ends.get(partition) ?? low);
    }
    return true;
  }

  #start(partition: number, from: bigint | null, low: number, end: number): number {
    if (from === null || Number(from) < low) return low;
    if (Number(from) <= end) return Number(from);
    throw new KafkaError(
      "VELIB_KAFKA_LOG_TRUNCATED",
      `Kafka: ${this.#topic}/${partition} ends at offset ${end}, but its checkpoint says that ${from} is next; ` +
        "the topic was made anew: restore it, or drop the checkpoints and results with it",
    );
  }

  /** What retention has dropped of the log's beginning, the compacted topic still says: each station's metadata. */
  async #giveStations(partition: number, own: OwnedPartition, end: number): Promise<void> {
    const { stations } = this.#options.topics;
    const from = (await this.#link.offsets(stations, [partition], "oldest")).get(partition) ?? 0;
    const to = (await this.#link.offsets(stations, [partition], "end")).get(partition) ?? 0;
    for await (const records of readRange(this.#link, stations, partition, from, to)) {
      const entries = await this.#options.codec.decode(records);
      const next = BigInt(own.next);
      const { generation } = own;
      await this.#handler.batch({ partition, generation, entries, nextOffset: next, endOffset: BigInt(end) });
    }
  }

  /** Reads until the membership ends (false) or nothing is left to read (true). */
  async #read(partitionsThen: number): Promise<boolean> {
    const positions = new Map([...this.#owned].map(([partition, { next }]) => [partition, next]));
    const reader = new PartitionReader(this.#link, this.#topic, positions);
    for (;;) {
      if (this.#signal.aborted) return true;
      if (this.#atEnd()) return true;
      if (this.#member.standing !== "member") return false;
      if (this.#link.partitionCount(this.#topic) > partitionsThen) this.#member.askForRebalance();
      const fetched = await this.#patiently(() => reader.next(this.#signal));
      if (fetched === null) return true;
      for (const stretch of fetched) {
        if (this.#signal.aborted || this.#member.standing !== "member") break;
        await this.#handle(stretch);
      }
      if (this.#options.now() - this.#committedAt >= this.#options.commitMs) await this.#commit(this.#owned);
    }
  }

  async #handle(stretch: Awaited<ReturnType<PartitionReader["next"]>>[number]): Promise<void> {
    const { partition, records, nextOffset, highWatermark } = stretch;
    const own = this.#owned.get(partition);
    if (own === undefined || nextOffset <= own.next) return;
    // A registry that does not answer is waited for like a broker.
    const entries = await this.#patiently(() => this.#options.codec.decode(records));
    if (entries === null) return;
    noteEntries(records, entries);
    // An empty stretch (the end of a transaction) matters only where it is the end of the log: lag is 0 then.
    if (entries.length > 0 || nextOffset >= highWatermark) {
      const endOffset = BigInt(Math.max(highWatermark, nextOffset));
      const { generation } = own;
      try {
        await this.#handler.batch({ partition, generation, entries, nextOffset: BigInt(nextOffset), endOffset });
      } catch (error) {
        // Fenced as a zombie: then the broker says so too, and joining again is the way on.
        if (isFenced(error) && (await this.#member.heartbeat()) !== "member") return;
        throw error;
      }
    }
    own.next = nextOffset;
  }

  #atEnd(): boolean {
    if (this.#ends === null) return false;
    for (const [partition, { next }] of this.#owned) if (next < (this.#ends.get(partition) ?? 0)) return false;
    return true;
  }

  async #revokeAll(failed: boolean): Promise<void> {
    const handled = new Map(this.#owned);
    for (const partition of handled.keys()) {
      this.#owned.delete(partition);
      try {
        await this.#handler.revoked(partition);
      } catch (error) {
        // A newer owner has committed: what this one still held is its business now. After a failure, the first counts.
        if (failed) continue;
        if (isFenced(error) && (await this.#member.heartbeat()) !== "member") continue;
        throw error;
      }
    }
    if (!failed && this.#member.standing === "member") await this.#commit(handled);
  }

  /** Commits for the lag metric. False: refused, as the membership is over. */
  async #commit(partitions: ReadonlyMap<number, OwnedPartition>): Promise<boolean> {
    this.#committedAt = this.#options.now();
    for (const [era, own] of Map.groupBy(partitions, ([, { era }]) => era)) {
      const offsets = new Map(own.map(([partition, { next }]) => [partition, next]));
      try {
        await this.#member.commit(offsets, eraText(era));
      } catch (error) {
        if (this.#member.standing !== "member") return false;
        if (!(error instanceof VelibError) || !error.retryable) throw error;
      }
    }
    return true;
  }

  /** Repeats a call while the cluster does not answer, up to `outageMs`. Null: the signal aborted meanwhile. */
  async #patiently<T>(call: () => Promise<T>): Promise<T | null> {
    for (let waitMs = 50; !this.#signal.aborted; waitMs = Math.min(2_000, waitMs * 2)) {
      try {
        const answer = await call();
        this.#answeredAt = this.#options.now();
        if (this.#outage) this.#options.onOutage(null);
        this.#outage = false;
        return answer;
      } catch (error) {
        if (!(error instanceof VelibError) || !error.retryable) throw error;
        if (!this.#outage) this.#options.onOutage(error);
        this.#outage = true;
        if (this.#options.now() - this.#answeredAt > this.#options.outageMs) throw error;
        await sleep(waitMs, undefined, { signal: this.#signal }).catch(() => undefined);
        await this.#link.refresh().catch(() => undefined);
      }
    }
    return null;
  }
}

function isFenced(error: unknown): boolean {
  return error instanceof VelibError && error.code === "VELIB_CHECKPOINT_FENCED";
}
