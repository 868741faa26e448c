import { setTimeout as sleep } from "node:timers/promises";
import { VelibError } from "../../core/errors.ts";
import type { MarkerRecord } from "../../core/log/record.ts";
import type { PollRecords } from "../../core/ports/observation-log.ts";
import type { ClusterLink } from "./client/cluster-link.ts";
import { KafkaError } from "./client/kafka-error.ts";
import { beginSession, type Compression, type ProducerSession, transact } from "./client/transactions.ts";
import { pollMessages } from "./poll-messages.ts";
import type { RecordCodec } from "./record-codec.ts";
import type { LastMarker, SourceHistory } from "./source-history.ts";
import { type TopicNames, transactionalId } from "./topic-names.ts";

export interface SourceProducerOptions {
  pipeline: string;
  topics: TopicNames;
  codec: RecordCodec;
  compression: Compression;
  /** Largest value of a record, bytes. */
  limitBytes: number;
  /** After so long the broker aborts a transaction of a producer that fell silent, ms. */
  transactionTimeoutMs: number;
  /** For how long an append is tried again while the cluster does not answer, ms. */
  retryMs: number;
}

/**
 * Appends the polls of one source, each in one transaction. Its transactional id is the source's: a second producer of
 * the source fences the first. After a failure whose outcome is unknown it takes its id over anew, which settles the
 * transaction, and looks in the log whether the poll is there.
 */
export class SourceProducer {
  readonly #source: string;
  readonly #link: ClusterLink;
  readonly #history: SourceHistory;
  readonly #options: SourceProducerOptions;
  readonly #signal: AbortSignal;
  #session: ProducerSession | null = null;
  /** Over how many partitions the source's stations are spread: the count at its first poll, kept for good. */
  #spread: number | null = null;
  /** The marker known to be the source's last in the log; null: none; undefined: not looked yet. */
  #last: MarkerRecord | null | undefined;
  /** The marker of an append whose outcome is unknown. */
  #inDoubt: MarkerRecord | null = null;

  constructor(
    source: string,
    link: ClusterLink,
    history: SourceHistory,
    options: SourceProducerOptions,
    signal: AbortSignal,
  ) {
    this.#source = source;
    this.#link = link;
    this.#history = history;
    this.#options = options;
    this.#signal = signal;
  }

  /** Takes the source over from whichever producer had it, and gives its newest marker. */
  async takeOver(): Promise<LastMarker | null> {
    const { pipeline, transactionTimeoutMs } = this.#options;
    this.#session = null;
    const session = await beginSession(this.#link, transactionalId(pipeline, this.#source), transactionTimeoutMs);
    const last = await this.#history.lastMarker(this.#source);
    this.#last = last?.marker ?? null;
    this.#inDoubt = null;
    this.#spread = last?.spread ?? this.#link.partitionCount(this.#options.topics.observations);
    this.#session = session;
    return last;
  }

  /**
   * @throws RecordTooLargeError before anything is sent
   * @throws VelibError VELIB_PRODUCER_FENCED when another producer took the source over: resume from the log's tail
   * @throws VelibError VELIB_KAFKA_* when the cluster did not take it for `retryMs`; resume from the log's tail then
   */
  async append(poll: PollRecords): Promise<void> {
    const { topics, codec, compression, limitBytes, retryMs } = this.#options;
    await codec.ready(topics.observations);
    await codec.ready(topics.stations);
    const giveUp = Date.now() + retryMs;
    for (let waitMs = 50; ; waitMs = Math.min(2_000, waitMs * 2)) {
      try {
        let session = this.#session;
        if (session === null) {
          session = await this.#resume();
          if (this.#last && isSame(this.#last, poll.marker)) return;
        }
        const spread = this.#spread ?? this.#link.partitionCount(topics.observations);
        const parts = pollMessages(poll, topics, codec, spread, limitBytes);
        this.#inDoubt = poll.marker;
        this.#session = null;
        await transact(this.#link, session, parts, compression, `append a poll of ${this.#source}`);
        this.#session = session;
        this.#last = poll.marker;
        this.#inDoubt = null;
        return;
      } catch (error) {
        if (!(error instanceof VelibError) || !error.retryable || Date.now() > giveUp) throw error;
        await sleep(waitMs, undefined, { signal: this.#signal }).catch(() => {
          throw error;
        });
        await this.#link.refresh().catch(() => undefined);
      }
    }
  }

  /** A session after the first start or a failure; what the log says must fit what was appended here. */
  async #resume(): Promise<ProducerSession> {
    const [expected, inDoubt] = [this.#last, this.#inDoubt];
    const found = (await this.takeOver())?.marker ?? null;
    const session = this.#session;
    if (session === null) throw new Error("a takeover gives a session");
    if (expected === undefined) return session;
    if (isSame(found, expected) || (inDoubt !== null && isSame(found, inDoubt))) return session;
    this.#session = null;
    this.#last = expected;
    this.#inDoubt = inDoubt;
    const said = found === null ? "nothing" : `a ${found.kind} at ${new Date(found.at).toISOString()}`;
    const message = `Kafka: another producer of ${this.#source} appended to the log (its end is ${said}); run one per source`;
    throw new KafkaError("VELIB_PRODUCER_FENCED", message);
  }
}

function isSame(a: MarkerRecord | null, b: MarkerRecord | null): boolean {
  if (a === null || b === null) return a === b;
  return a.kind === b.kind && a.at === b.at;
}
