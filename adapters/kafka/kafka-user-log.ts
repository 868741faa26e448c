import type { VelibError } from "../../core/errors.ts";
import type { CreatedUser, UserHandler, UserLog } from "../../core/ports/user-log.ts";
import { ClusterLink } from "./client/cluster-link.ts";
import type { ConnectionSettings } from "./client/connection-settings.ts";
import type { ProducedMessage } from "./client/protocol-broker.ts";
import {
  beginSession,
  type Compression,
  type PartitionMessages,
  type ProducerSession,
  transact,
} from "./client/transactions.ts";
import { GroupMember } from "./group-member.ts";
import { partitionOf } from "./partition-of.ts";
import { Patience } from "./patience.ts";
import { groupName } from "./topic-names.ts";
import { ensureTopics } from "./topics.ts";
import { UserConsumer } from "./user-consumer.ts";
import { jsonUserCodec, type UserCodec } from "./user-record.ts";

export interface KafkaUserLogOptions {
  connection: ConnectionSettings;
  pipeline: string;
  /** A topic that has more keeps them. */
  partitions: number;
  replication: number;
  minInsyncReplicas: number;
  /** How long users are kept in the topic, ms. */
  retentionMs: number;
  compression?: Compression;
  codec?: UserCodec;
  /** A consumer that is silent for so long loses its partitions, ms. */
  sessionTimeoutMs?: number;
  /** How long users of a producer that died hide what came after them, ms. */
  transactionTimeoutMs?: number;
  /** For how long a cluster that does not answer is waited for, ms. */
  outageMs?: number;
  /** Told of the failure when the cluster stops answering, and of null when it answers again. */
  onOutage?: (cause: VelibError | null) => void;
  /** Told of each partition that a consumer had and has no more: at a rebalance, and at its end. */
  onRevoked?: (partition: number) => void;
}

const second = 1_000;

/** The topic of users created; `docs` of the deployment name it so. */
export function usersTopic(pipeline: string): string {
  return `${pipeline}.users-created`;
}

/**
 * The log of users on a Kafka cluster: one topic, keyed by user id. Each append is one transaction of an idempotent
 * producer whose transactional id is the pipeline's: a second producer fences the first. An append whose outcome is
 * unknown is sent again; a user may be in the topic twice then.
 */
export class KafkaUserLog implements UserLog {
  readonly #options: KafkaUserLogOptions;
  readonly #topic: string;
  readonly #codec: UserCodec;
  /** For appending; each consumer has connections of its own. */
  readonly #link: ClusterLink;
  readonly #closing = new AbortController();
  #session: ProducerSession | null = null;
  /** One append after the other: a session has one transaction at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: KafkaUserLogOptions, link: ClusterLink) {
    this.#options = options;
    this.#topic = usersTopic(options.pipeline);
    this.#codec = options.codec ?? jsonUserCodec;
    this.#link = link;
  }

  /**
   * Connects; creates the topic when it is missing, compares it with the options else.
   * @throws VelibError VELIB_KAFKA_*
   */
  static async open(options: KafkaUserLogOptions): Promise<KafkaUserLog> {
    const { connection, pipeline, partitions, replication, minInsyncReplicas, retentionMs } = options;
    const topic = usersTopic(pipeline);
    const link = await ClusterLink.open(connection);
    try {
      const config = {
        "cleanup.policy": "delete",
        "retention.ms": String(retentionMs),
        "min.insync.replicas": String(minInsyncReplicas),
      };
      await ensureTopics(connection, [{ topic, partitions, replication, config }]);
      await link.follow([topic]);
      return new KafkaUserLog(options, link);
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** @throws VelibError VELIB_PRODUCER_FENCED when another producer took over, VELIB_KAFKA_* when the outage lasts */
  async append(users: readonly CreatedUser[]): Promise<void> {
    if (users.length === 0) return;
    const appended = this.#turn.then(() => this.#append(users));
    this.#turn = appended.catch(() => undefined);
    await appended;
  }

  async consume(group: string, handler: UserHandler, { signal }: { signal: AbortSignal }): Promise<void> {
    const { connection, pipeline, sessionTimeoutMs = 15 * second, onRevoked = () => {} } = this.#options;
    const link = await ClusterLink.open(connection);
    try {
      await link.follow([this.#topic]);
      const member = new GroupMember(link, {
        groupId: groupName(pipeline, group),
        topic: this.#topic,
        sessionTimeoutMs,
        rebalanceTimeoutMs: 60 * second,
        heartbeatMs: Math.min(3 * second, sessionTimeoutMs / 3),
      });
      const stop = AbortSignal.any([signal, this.#closing.signal]);
      const owner = { handler, onRevoked };
      await new UserConsumer(link, member, this.#topic, this.#codec, owner, this.#patience(link, stop), stop).run();
    } finally {
      await link.close();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#link.close();
  }

  async #append(users: readonly CreatedUser[]): Promise<void> {
    const { pipeline, compression = "none", transactionTimeoutMs = 20 * second } = this.#options;
    const id = `${pipeline}.users-producer`;
    const { signal } = this.#closing;
    const appended = await this.#patience(this.#link, signal).call(async () => {
      await this.#codec.ready(this.#topic);
      // Taken out for the time of the transaction: after a failure only a new session is in a known state.
      const session = this.#session ?? (await beginSession(this.#link, id, transactionTimeoutMs));
      this.#session = null;
      const parts = messagesOf(users, this.#topic, this.#codec, this.#link.partitionCount(this.#topic));
      await transact(this.#link, session, parts, compression, "append users");
      this.#session = session;
      return true;
    });
    if (appended === null) signal.throwIfAborted();
  }

  #patience(link: ClusterLink, signal: AbortSignal): Patience {
    const { outageMs = 120 * second, onOutage = () => {} } = this.#options;
    return new Patience({ outageMs, now: Date.now, onOutage, beforeAgain: () => link.refresh(), signal });
  }
}

/** Users as messages, each in the partition of its id, in the order given. */
function messagesOf(
  users: readonly CreatedUser[],
  topic: string,
  codec: UserCodec,
  partitions: number,
): PartitionMessages[] {
  const parts = new Map<number, ProducedMessage[]>();
  for (const user of users) {
    const partition = partitionOf(user.id, partitions);
    const messages = parts.get(partition) ?? [];
    messages.push({ key: user.id, value: codec.encode(topic, user), timestamp: String(user.createdAt) });
    parts.set(partition, messages);
  }
  return [...parts].map(([partition, messages]) => ({ topic, partition, messages }));
}
