import { assignPartitions } from "./assign-partitions.ts";
import type { ClusterLink } from "./client/cluster-link.ts";
import { AssignerProtocol } from "./client/group-protocol.ts";
import { protocolType } from "./client/kafka-error.ts";
import type { ProtocolBroker } from "./client/protocol-broker.ts";

export interface GroupSettings {
  groupId: string;
  topic: string;
  /** A member that is silent for so long is taken for dead, ms. */
  sessionTimeoutMs: number;
  /** How long the others wait for a member to give its partitions up in a rebalance, ms. */
  rebalanceTimeoutMs: number;
  heartbeatMs: number;
}

/** What became of a membership: still valid, to be renewed in a rebalance, or taken away. */
export type Standing = "member" | "rebalance" | "lost";

const assigner = "velib-sticky";

/**
 * A member of a Kafka consumer group, by the classic group protocol. It beats on its own timer, so that a handler may
 * take as long as it needs; the protocol is eager (all give up their partitions before any is assigned), the
 * assignment sticky.
 */
export class GroupMember {
  readonly #link: ClusterLink;
  readonly #settings: GroupSettings;
  #coordinator: ProtocolBroker | null = null;
  #memberId = "";
  #generation = -1;
  #owned: readonly number[] = [];
  #standing: Standing = "lost";
  #beat: NodeJS.Timeout | null = null;

  constructor(link: ClusterLink, settings: GroupSettings) {
    this.#link = link;
    this.#settings = settings;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** The group's generation: grows with every rebalance for as long as the group exists. */
  get generation(): number {
    return this.#generation;
  }

  /** Joins (again) and gives the partitions assigned. All partitions owned before must have been given up. */
  async join(): Promise<readonly number[]> {
    const { groupId, topic } = this.#settings;
    for (;;) {
      await this.#link.refresh();
      try {
        return await this.#link.attempt(`join the group ${groupId}`, () => this.#joinOnce(topic));
      } catch (error) {
        if (!this.#startsOver(error)) throw error;
      }
    }
  }

  async #joinOnce(topic: string): Promise<readonly number[]> {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs } = this.#settings;
    const coordinator = await this.#link.coordinator("group", groupId);
    const metadata = AssignerProtocol.MemberMetadata.encode({
      version: 0,
      topics: [topic],
      userData: Buffer.from(JSON.stringify(this.#owned)),
    });
    // A broker answers a connection's requests in order: a heartbeat sent now would wait behind the join for as long as
    // that takes, and then be refused as one of the former membership.
    this.stopBeating();
    const joined = await coordinator.joinGroup({
      groupId,
      memberId: this.#memberId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      groupProtocols: [{ name: assigner, metadata }],
    });
    this.#coordinator = coordinator;
    this.#memberId = joined.memberId;
    this.#generation = joined.generationId;
    const leads = joined.leaderId === joined.memberId;
    if (leads) await this.#link.refresh();
    const { memberAssignment } = await coordinator.syncGroup({
      groupId,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupAssignment: leads ? this.#shares(joined.members) : [],
    });
    const assignment = AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment ?? {};
    this.#owned = assignment[topic] ?? [];
    this.#standing = "member";
    this.#startBeating();
    return this.#owned;
  }

  #shares(members: readonly { memberId: string; memberMetadata: Buffer }[]) {
    const { topic } = this.#settings;
    const claims = members.map(({ memberId, memberMetadata }) => ({ id: memberId, owned: ownedOf(memberMetadata) }));
    const shares = assignPartitions(claims, this.#link.partitionCount(topic));
    return [...shares].map(([memberId, partitions]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: 0,
        assignment: { [topic]: partitions },
        userData: Buffer.alloc(0),
      }),
    }));
  }

  /** Asks for a rebalance, because the topic has more partitions than were assigned. */
  askForRebalance(): void {
    if (this.#standing === "member") this.#standing = "rebalance";
  }

  /** Asks the coordinator whether this membership still stands; a coordinator that does not answer changes nothing. */
  async heartbeat(): Promise<Standing> {
    const coordinator = this.#coordinator;
    if (coordinator === null) return this.#standing;
    const { groupId } = this.#settings;
    const [memberId, generation] = [this.#memberId, this.#generation];
    try {
      await coordinator.heartbeat({ groupId, groupGenerationId: generation, memberId });
    } catch (error) {
      // Said of a former membership, it says nothing of this one: heeded, a member that had just joined took itself
      // for lost, joined as another one, waited for its former self to time out, and so on for ever.
      if (memberId === this.#memberId && generation === this.#generation) await this.#heed(error);
    }
    return this.#standing;
  }

  /** The offsets last committed, with the text committed beside each; only partitions that have one. */
  async committed(partitions: readonly number[]): Promise<Map<number, { offset: number; metadata: string }>> {
    const { groupId, topic } = this.#settings;
    const coordinator = await this.#link.coordinator("group", groupId);
    const { responses } = await this.#link.attempt(`ask for the offsets of ${groupId}`, () =>
      coordinator.offsetFetch({
        groupId,
        topics: [{ topic, partitions: partitions.map((partition) => ({ partition })) }],
      }),
    );
    const committed = new Map<number, { offset: number; metadata: string }>();
    for (const { partition, offset, metadata } of responses[0]?.partitions ?? []) {
      if (Number(offset) >= 0) committed.set(partition, { offset: Number(offset), metadata: metadata ?? "" });
    }
    return committed;
  }

  /** Commits offsets as of this membership; the broker refuses those of a former generation. */
  async commit(offsets: ReadonlyMap<number, number>, metadata: string): Promise<void> {
    const { groupId, topic } = this.#settings;
    const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset), metadata }));
    const coordinator = this.#coordinator;
    if (coordinator === null || partitions.length === 0) return;
    try {
      await this.#link.attempt(`commit offsets of ${groupId}`, () =>
        coordinator.offsetCommit({
          groupId,
          groupGenerationId: this.#generation,
          memberId: this.#memberId,
          topics: [{ topic, partitions }],
        }),
      );
    } catch (error) {
      await this.#heed(error);
      throw error;
    }
  }

  /** Leaves the group, so that the others need not wait for the session to time out. */
  async leave(): Promise<void> {
    this.stopBeating();
    const coordinator = this.#coordinator;
    if (coordinator === null || this.#memberId === "") return;
    const { groupId } = this.#settings;
    await coordinator.leaveGroup({ groupId, memberId: this.#memberId }).catch(() => undefined);
    this.#memberId = "";
    this.#standing = "lost";
  }

  stopBeating(): void {
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#beat = null;
  }

  #startBeating(): void {
    this.stopBeating();
    let beating = false;
    this.#beat = setInterval(() => {
      if (beating) return;
      beating = true;
      void this.heartbeat().finally(() => {
        beating = false;
      });
    }, this.#settings.heartbeatMs);
  }

  /** Draws the consequence of a refusal. */
  async #heed(error: unknown): Promise<void> {
    if (this.#startsOver(error)) return;
    // The coordinator moved or went away: the next call goes to whoever it is now.
    const { groupId } = this.#settings;
    await this.#link.refresh().catch(() => undefined);
    const found = await this.#link.coordinator("group", groupId).catch(() => null);
    if (found !== null) this.#coordinator = found;
  }

  #startsOver(error: unknown): boolean {
    switch (protocolType(error)) {
      case "REBALANCE_IN_PROGRESS":
        if (this.#standing === "member") this.#standing = "rebalance";
        return true;
      case "UNKNOWN_MEMBER_ID":
      case "FENCED_INSTANCE_ID":
        this.#memberId = "";
        this.#standing = "lost";
        return true;
      case "ILLEGAL_GENERATION":
        this.#standing = "lost";
        return true;
      default:
        return false;
    }
  }
}

function ownedOf(memberMetadata: Buffer): number[] {
  const text = AssignerProtocol.MemberMetadata.decode(memberMetadata)?.userData.toString("utf8") ?? "";
  const owned: unknown = text === "" ? [] : JSON.parse(text);
  return Array.isArray(owned) ? owned.filter((partition) => Number.isSafeInteger(partition)) : [];
}
