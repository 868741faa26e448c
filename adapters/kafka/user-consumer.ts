import { VelibError } from "../../core/errors.ts";
import type { UserHandler } from "../../core/ports/user-log.ts";
import type { ClusterLink } from "./client/cluster-link.ts";
import type { FetchedPartition } from "./client/fetch-answer.ts";
import type { GroupMember } from "./group-member.ts";
import { PartitionReader } from "./partition-reader.ts";
import type { Patience } from "./patience.ts";
import type { UserCodec } from "./user-record.ts";

/** Who the partitions' users are for. */
export interface UserConsumerOwner {
  handler: UserHandler;
  /** The partition is another member's from now on, or nobody's. */
  onRevoked: (partition: number) => void;
}

/** Committed offsets bear no text of ours. */
const noMetadata = "";

/**
 * Reads the users topic as a member of a group. The group's committed offsets say what was handled: an offset is
 * committed after its batch, so that a reader that dies leaves at most one batch a partition to be read again.
 */
export class UserConsumer {
  readonly #link: ClusterLink;
  readonly #member: GroupMember;
  readonly #topic: string;
  readonly #codec: UserCodec;
  readonly #owner: UserConsumerOwner;
  readonly #patience: Patience;
  readonly #signal: AbortSignal;

  constructor(
    link: ClusterLink,
    member: GroupMember,
    topic: string,
    codec: UserCodec,
    owner: UserConsumerOwner,
    patience: Patience,
    signal: AbortSignal,
  ) {
    this.#link = link;
    this.#member = member;
    this.#topic = topic;
    this.#codec = codec;
    this.#owner = owner;
    this.#patience = patience;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    try {
      while (!this.#signal.aborted) await this.#membership();
    } finally {
      await this.#member.leave();
    }
  }

  /** From one rebalance to the next. */
  async #membership(): Promise<void> {
    const partitions = await this.#patience.call(() => this.#member.join());
    if (partitions === null) return;
    try {
      await this.#read(partitions);
    } finally {
      for (const partition of partitions) this.#owner.onRevoked(partition);
    }
  }

  /** Reads until the membership ends. */
  async #read(partitions: readonly number[]): Promise<void> {
    const positions = await this.#patience.call(() => this.#positions(partitions));
    if (positions === null) return;
    const partitionsThen = this.#link.partitionCount(this.#topic);
    const reader = new PartitionReader(this.#link, this.#topic, positions);
    while (!this.#signal.aborted && this.#member.standing === "member") {
      if (this.#link.partitionCount(this.#topic) > partitionsThen) this.#member.askForRebalance();
      const fetched = await this.#patience.call(() => reader.next(this.#signal));
      for (const stretch of fetched ?? []) {
        if (this.#signal.aborted || this.#member.standing !== "member") return;
        await this.#handle(stretch);
      }
    }
  }

  async #positions(partitions: readonly number[]): Promise<Map<number, number>> {
    const oldest = await this.#link.offsets(this.#topic, partitions, "oldest");
    const committed = await this.#member.committed(partitions);
    const positions = partitions.map((partition): [number, number] => {
      const low = oldest.get(partition) ?? 0;
      return [partition, Math.max(low, committed.get(partition)?.offset ?? low)];
    });
    return new Map(positions);
  }

  async #handle({ partition, records, nextOffset, highWatermark }: FetchedPartition): Promise<void> {
    const entries = await this.#patience.call(() => this.#codec.decode(records));
    if (entries === null) return;
    // An empty stretch (the end of a transaction) matters only where it is the end of the log: lag is 0 then.
    if (entries.length === 0 && nextOffset < highWatermark) return;
    const endOffset = BigInt(Math.max(highWatermark, nextOffset));
    await this.#owner.handler({ partition, entries, nextOffset: BigInt(nextOffset), endOffset });
    try {
      await this.#member.commit(new Map([[partition, nextOffset]]), noMetadata);
    } catch (error) {
      // Refused as the membership is over, or not heard: what was handled is read again, which does no harm.
      if (this.#member.standing === "member" && !(error instanceof VelibError && error.retryable)) throw error;
    }
  }
}
