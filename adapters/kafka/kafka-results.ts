import { setTimeout as sleep } from "node:timers/promises";
import { VelibError } from "../../core/errors.ts";
import type { Checkpoint, ResultCommit, ResultStore } from "../../core/ports/result-store.ts";
import type { SourceState } from "../../core/state/source-state.ts";
import type { StationState } from "../../core/state/station-state.ts";
import type { ZonePart } from "../../core/windows/zone-window.ts";
import { type AggregatorState, readState, stateMessages } from "./aggregator-state.ts";
import { ClusterLink } from "./client/cluster-link.ts";
import type { ConnectionSettings } from "./client/connection-settings.ts";
import type { ProducedMessage } from "./client/protocol-broker.ts";
import { beginSession, type Compression, type ProducerSession, transact } from "./client/transactions.ts";
import type { ResultTopics } from "./topic-names.ts";
import { ensureTopics } from "./topics.ts";
import { WindowRecords } from "./window-records.ts";
import { zonePartText } from "./zone-part-text.ts";

export interface KafkaResultsOptions {
  connection: ConnectionSettings;
  pipeline: string;
  topics: ResultTopics;
  /** Of each topic that is made. */
  partitions: number;
  replication: number;
  minInsyncReplicas: number;
  /** How long windows are kept, ms; −1: for good. State is kept for good. */
  retentionMs: number;
  compression?: Compression;
  /** After so long the broker aborts a commit of a process that fell silent, ms. */
  transactionTimeoutMs?: number;
  /** For how long a commit is tried again while the cluster does not answer, ms. */
  retryMs?: number;
  now?: () => number;
}

/** A partition of the log while it is ours. */
interface OwnPartition {
  /** Null after a failure whose outcome is unknown. */
  session: ProducerSession | null;
  /** The checkpoint that the next commit goes on from. */
  base: CommitId | null;
  stations: StationState[];
  sources: SourceState[];
  records: WindowRecords;
}

type CommitId = Pick<Checkpoint, "generation" | "offset">;

/**
 * Windows as a stream: an aggregator's results in topics, for readers that follow them. A commit is one transaction with
 * its checkpoint, so a reader of committed records sees each window once, whatever crashed. It answers only what an
 * aggregator asks for: a topic can't be queried.
 */
export class KafkaResults implements Pick<ResultStore, "checkpoint" | "commit" | "stations" | "sources" | "close"> {
  readonly #link: ClusterLink;
  readonly #options: KafkaResultsOptions;
  readonly #own = new Map<number, OwnPartition>();
  readonly #closing = new AbortController();

  private constructor(link: ClusterLink, options: KafkaResultsOptions) {
    this.#link = link;
    this.#options = options;
  }

  /**
   * Connects, and makes the topics that are missing.
   * @throws VelibError VELIB_KAFKA_*
   */
  static async open(options: KafkaResultsOptions): Promise<KafkaResults> {
    const { connection, topics, partitions, replication, minInsyncReplicas, retentionMs } = options;
    const link = await ClusterLink.open(connection);
    try {
      const replicas = { partitions, replication };
      const insync = { "min.insync.replicas": String(minInsyncReplicas) };
      const kept = { ...insync, "retention.ms": String(retentionMs) };
      await ensureTopics(connection, [
        { topic: topics.stationWindows, ...replicas, config: kept },
        { topic: topics.zoneWindows, ...replicas, config: kept },
        { topic: topics.aggregatorState, ...replicas, config: { ...insync, "cleanup.policy": "compact" } },
      ]);
      await link.follow(Object.values(topics));
      return new KafkaResults(link, options);
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** Takes the partition over: a commit of its former owner that is still under way is refused from here on. */
  async checkpoint(partition: number): Promise<Checkpoint | null> {
    return (await this.#patiently(() => this.#takeOver(partition))).checkpoint;
  }

  /**
   * @throws VelibError VELIB_CHECKPOINT_FENCED when the partition's checkpoint is not the one that this goes on from
   * @throws VelibError VELIB_KAFKA_* when the cluster did not take it for `retryMs`
   */
  async commit(results: ResultCommit): Promise<void> {
    const { partition, generation } = results;
    if (!this.#own.has(partition)) await this.checkpoint(partition);
    const own = this.#own.get(partition);
    if (own === undefined) throw new Error(`partition ${partition} was taken over`);
    if (own.base !== null && own.base.generation > generation) throw fenced(partition, generation, own.base);
    const parts = this.#parts(own, results);
    await this.#patiently(async () => {
      const session = own.session ?? (await this.#settle(own, results));
      if (session === null) return;
      own.session = null;
      await transact(this.#link, session, parts, this.#options.compression ?? "none", "commit windows");
      own.session = session;
      own.base = { generation, offset: results.offset };
    });
  }

  /** Of the partitions taken over, as they were then. */
  async stations(): Promise<StationState[]> {
    return [...this.#own.values()].flatMap(({ stations }) => stations);
  }

  async sources(): Promise<SourceState[]> {
    return [...this.#own.values()].flatMap(({ sources }) => sources);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#link.close();
  }

  /** Repeats what failed for the cluster's sake, or because another process took over, up to `retryMs`. */
  async #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    const giveUp = this.#now() + (this.#options.retryMs ?? 120_000);
    for (let waitMs = 50; ; waitMs = Math.min(2_000, waitMs * 2)) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof VelibError)) throw error;
        const mayPass = error.retryable || error.code === "VELIB_PRODUCER_FENCED";
        if (!mayPass || this.#now() > giveUp) throw error;
        await sleep(waitMs, undefined, { signal: this.#closing.signal }).catch(() => {
          throw error;
        });
        await this.#link.refresh().catch(() => undefined);
      }
    }
  }

  async #takeOver(partition: number): Promise<AggregatorState> {
    const session = await this.#newSession(partition);
    const state = await this.#readState(partition);
    const { checkpoint, stations, sources } = state;
    this.#own.set(partition, { session, base: checkpoint, stations, sources, records: new WindowRecords() });
    return state;
  }

  /**
   * A new session after a failure. It ends the transaction under way, so that the topic says what became of it: null when
   * it was committed after all.
   */
  async #settle(own: OwnPartition, { partition, generation, offset }: ResultCommit): Promise<ProducerSession | null> {
    const session = await this.#newSession(partition);
    const { checkpoint } = await this.#readState(partition);
    own.session = session;
    if (isSame(checkpoint, { generation, offset })) {
      own.base = { generation, offset };
      return null;
    }
    if (!isSame(checkpoint, own.base)) throw fenced(partition, generation, checkpoint);
    return session;
  }

  #newSession(partition: number): Promise<ProducerSession> {
    const { pipeline, transactionTimeoutMs = 60_000 } = this.#options;
    return beginSession(this.#link, `${pipeline}.aggregator.${partition}`, transactionTimeoutMs);
  }

  #readState(partition: number): Promise<AggregatorState> {
    const { aggregatorState } = this.#options.topics;
    return readState(this.#link, aggregatorState, partition, this.#slot(aggregatorState, partition));
  }

  #parts(own: OwnPartition, results: ResultCommit) {
    const { stationWindows, zoneWindows, aggregatorState } = this.#options.topics;
    const part = (topic: string) => ({ topic, partition: this.#slot(topic, results.partition) });
    const messages = stateMessages(results, results.stations, results.sources, this.#now());
    return [
      { ...part(stationWindows), blocks: own.records.blocksOf(results.stationWindows) },
      { ...part(zoneWindows), messages: results.zoneParts.map(zoneMessage) },
      { ...part(aggregatorState), messages },
    ].filter((one) => ("blocks" in one ? one.blocks : one.messages).length > 0);
  }

  /** The partition of a topic for what comes of one of the log: the same, unless the log has been given more. */
  #slot(topic: string, partition: number): number {
    return partition % this.#link.partitionCount(topic);
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

/** Parts of a zone's window are added up by their reader: each partition writes its own. */
function zoneMessage(part: ZonePart): ProducedMessage {
  return { key: `${part.source}/${part.zone}`, value: zonePartText(part), timestamp: String(part.end) };
}

function isSame(a: CommitId | null, b: CommitId | null): boolean {
  return a?.generation === b?.generation && a?.offset === b?.offset;
}

function fenced(partition: number, generation: number, newest: CommitId | null): VelibError {
  const found = newest === null ? "there is none" : `generation ${newest.generation} is at offset ${newest.offset}`;
  return new VelibError(
    "VELIB_CHECKPOINT_FENCED",
    `partition ${partition}: its checkpoint is not the one that generation ${generation} goes on from, ${found}; this process must stop writing it`,
  );
}
