import { setTimeout as sleep } from "node:timers/promises";
import { VelibError } from "../../core/errors.ts";
import type { KeyedRecord, LogRecord } from "../../core/log/record.ts";
import type { LogHandler, ObservationLog, PollRecords } from "../../core/ports/observation-log.ts";
import { ClusterLink } from "./client/cluster-link.ts";
import type { ConnectionSettings } from "./client/connection-settings.ts";
import type { Compression } from "./client/transactions.ts";
import { GroupMember } from "./group-member.ts";
import { jsonCodec } from "./json-codec.ts";
import { LogConsumer } from "./log-consumer.ts";
import type { RecordCodec } from "./record-codec.ts";
import { SourceHistory } from "./source-history.ts";
import { SourceProducer } from "./source-producer.ts";
import { groupName, type TopicNames, topicNames } from "./topic-names.ts";
import { ensureTopics } from "./topics.ts";

export interface KafkaLogOptions {
  connection: ConnectionSettings;
  pipeline: string;
  /** Of both topics; a log that has more keeps them. */
  partitions: number;
  replication: number;
  minInsyncReplicas: number;
  /** How long the log's records are kept, ms; station records are kept for good. */
  retentionMs: number;
  compression?: Compression;
  codec?: RecordCodec;
  /** Largest value of a record, bytes; below the brokers' `message.max.bytes`. */
  recordLimitBytes?: number;
  /** A consumer that is silent for so long loses its partitions, ms. */
  sessionTimeoutMs?: number;
  /** How long a consumer may take to give its partitions up, ms. */
  rebalanceTimeoutMs?: number;
  /** How long a poll of a producer that died hides what came after it, ms. */
  transactionTimeoutMs?: number;
  /** For how long a cluster that does not answer is waited for, ms. */
  outageMs?: number;
  /** Told of the failure when the cluster stops answering a consumer, and of null when it answers again. */
  onOutage?: (cause: VelibError | null) => void;
}

const second = 1_000;

/** The observation log on a Kafka cluster. What each topic holds and guarantees: see README. */
export class KafkaLog implements ObservationLog {
  readonly #options: KafkaLogOptions;
  readonly #topics: TopicNames;
  readonly #codec: RecordCodec;
  /** For appending and reading back; each consumer has connections of its own. */
  readonly #link: ClusterLink;
  readonly #history: SourceHistory;
  readonly #producers = new Map<string, SourceProducer>();
  readonly #closing = new AbortController();

  private constructor(options: KafkaLogOptions, link: ClusterLink) {
    this.#options = options;
    this.#topics = topicNames(options.pipeline);
    this.#codec = options.codec ?? jsonCodec;
    this.#link = link;
    this.#history = new SourceHistory(link, this.#topics, this.#codec);
  }

  /**
   * Connects; creates the topics that are missing, compares the others with the options.
   * @throws VelibError VELIB_KAFKA_*
   */
  static async open(options: KafkaLogOptions): Promise<KafkaLog> {
    const link = await ClusterLink.open(options.connection);
    try {
      const { observations, stations } = topicNames(options.pipeline);
      const { partitions, replication, minInsyncReplicas, retentionMs } = options;
      const replicas = { partitions, replication };
      const insync = { "min.insync.replicas": String(minInsyncReplicas) };
      await ensureTopics(options.connection, [
        {
          topic: observations,
          ...replicas,
          config: { ...insync, "cleanup.policy": "delete", "retention.ms": String(retentionMs) },
        },
        { topic: stations, ...replicas, config: { ...insync, "cleanup.policy": "compact" } },
      ]);
      await link.follow([observations, stations]);
      return new KafkaLog(options, link);
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** Resolves when the cluster answers: what /readyz asks, as a producer between two polls would not notice. */
  ping(): Promise<void> {
    return this.#link.refresh();
  }

  /** Resolves when records can be encoded: a schema registry has their schema. @throws VelibError VELIB_SCHEMA_* */
  async encodable(): Promise<void> {
    await this.#codec.ready(this.#topics.observations);
    await this.#codec.ready(this.#topics.stations);
  }

  /** @throws VelibError VELIB_PRODUCER_FENCED, VELIB_KAFKA_RECORD_TOO_LARGE (a RecordTooLargeError), VELIB_KAFKA_* */
  async append(poll: PollRecords): Promise<void> {
    await this.#producer(poll.marker.source).append(poll);
  }

  /** Takes the source over first: a producer of it that is still running is fenced from here on. */
  async tail(source: string, sinceMs: number): Promise<{ stations: KeyedRecord[]; records: LogRecord[] }> {
    const giveUp = Date.now() + (this.#options.outageMs ?? 120 * second);
    for (;;) {
      try {
        return await this.#tail(source, sinceMs);
      } catch (error) {
        if (!(error instanceof VelibError) || !error.retryable || Date.now() > giveUp) throw error;
        await sleep(200, undefined, { signal: this.#closing.signal });
        await this.#link.refresh().catch(() => undefined);
      }
    }
  }

  async #tail(source: string, sinceMs: number): Promise<{ stations: KeyedRecord[]; records: LogRecord[] }> {
    const last = await this.#producer(source).takeOver();
    if (last === null) return { stations: [], records: [] };
    const poll = last.marker.kind === "poll" ? last : await this.#history.lastMarker(source, "poll");
    const after = (poll?.marker.at ?? last.marker.at) - sinceMs;
    return { stations: await this.#history.stations(source), records: await this.#history.records(source, after) };
  }

  async consume(
    group: string,
    handler: LogHandler,
    { signal, untilEnd = false }: { signal: AbortSignal; untilEnd?: boolean },
  ): Promise<void> {
    const { connection, pipeline } = this.#options;
    const { sessionTimeoutMs = 15 * second, rebalanceTimeoutMs = 60 * second, outageMs = 120 * second } = this.#options;
    const link = await ClusterLink.open(connection);
    try {
      await link.follow([this.#topics.observations, this.#topics.stations]);
      const member = new GroupMember(link, {
        groupId: groupName(pipeline, group),
        topic: this.#topics.observations,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        heartbeatMs: Math.min(3 * second, sessionTimeoutMs / 3),
      });
      const options = {
        topics: this.#topics,
        codec: this.#codec,
        outageMs,
        commitMs: 2 * second,
        now: Date.now,
        onOutage: this.#options.onOutage ?? (() => {}),
      };
      const stop = AbortSignal.any([signal, this.#closing.signal]);
      await new LogConsumer(link, member, handler, options, stop).run(untilEnd);
    } finally {
      await link.close();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#link.close();
  }

  #producer(source: string): SourceProducer {
    const found = this.#producers.get(source);
    if (found !== undefined) return found;
    const { pipeline, compression = "none", recordLimitBytes = 900_000 } = this.#options;
    const made = new SourceProducer(
      source,
      this.#link,
      this.#history,
      {
        pipeline,
        topics: this.#topics,
        codec: this.#codec,
        compression,
        limitBytes: recordLimitBytes,
        transactionTimeoutMs: this.#options.transactionTimeoutMs ?? 20 * second,
        retryMs: this.#options.outageMs ?? 120 * second,
      },
      this.#closing.signal,
    );
    this.#producers.set(source, made);
    return made;
  }
}
