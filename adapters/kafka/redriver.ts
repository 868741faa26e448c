import type { DeadLetter, LogPlace } from "../../core/dead-letter/dead-letter.ts";
import { redriveRefusal } from "../../core/dead-letter/redriving.ts";
import type { DeadLetterQuery } from "../../core/ports/dead-letters.ts";
import { ClusterLink } from "./client/cluster-link.ts";
import type { ConnectionSettings } from "./client/connection-settings.ts";
import type { ProducedMessage } from "./client/protocol-broker.ts";
import { readRange } from "./client/read-range.ts";
import { headerOf, type RecordSlice } from "./client/record-batch.ts";
import { beginSession, type PartitionMessages, type ProducerSession, transact } from "./client/transactions.ts";
import { readDeadLetterRecord, redrivenMessage } from "./dead-letter-record.ts";
import { redrivenHeader } from "./entry-notes.ts";
import { usersTopic } from "./kafka-user-log.ts";
import { NewestLetters } from "./newest-letters.ts";
import { spreadHeader } from "./poll-messages.ts";
import type { RecordCodec } from "./record-codec.ts";
import { SourceHistory } from "./source-history.ts";
import { type TopicNames, topicNames } from "./topic-names.ts";
import type { UserCodec } from "./user-record.ts";

export interface RedriverOptions {
  connection: ConnectionSettings;
  pipeline: string;
  codec: RecordCodec;
  userCodec: UserCodec;
  now: () => number;
}

/** What became of a letter: its record was sent again, or why not. */
export interface Redriven {
  letter: DeadLetter;
  outcome: "sent" | "refused";
  why: string | null;
}

/** Letters whose records are sent in one transaction. */
const transactionLetters = 200;
const transactionTimeoutMs = 60_000;
const anotherRecord = "another record stands at its place: the topic was made anew";

/**
 * Sends the records of dead letters through the log again: the record as it stands there, once more at the end of its
 * partition, with the letter's id in a header. Record and note are one transaction, and one redriver at a time has the
 * pipeline's transactional id: each letter is sent at most once, whatever breaks off or runs twice.
 */
export class Redriver {
  readonly #link: ClusterLink;
  readonly #options: RedriverOptions;
  readonly #topics: TopicNames;
  readonly #users: string;
  readonly #history: SourceHistory;
  readonly #announced = new Map<string, boolean>();

  private constructor(link: ClusterLink, options: RedriverOptions) {
    this.#link = link;
    this.#options = options;
    this.#topics = topicNames(options.pipeline);
    this.#users = usersTopic(options.pipeline);
    this.#history = new SourceHistory(link, this.#topics, options.codec);
  }

  /** @throws VelibError VELIB_KAFKA_* */
  static async open(options: RedriverOptions): Promise<Redriver> {
    const link = await ClusterLink.open(options.connection);
    try {
      const { deadLetters, observations } = topicNames(options.pipeline);
      await link.follow([deadLetters, observations]);
      return new Redriver(link, options);
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /**
   * Sends the records of the letters that a query asks for. What breaks off is gone on with by doing it again.
   * @throws VelibError VELIB_PRODUCER_FENCED when another redriver began meanwhile, VELIB_KAFKA_*
   */
  async redrive(query: DeadLetterQuery): Promise<Redriven[]> {
    const id = `${this.#options.pipeline}.redriver`;
    // Before the letters are read: what an earlier redriver sent is settled then, and it sends nothing more.
    const session = await beginSession(this.#link, id, transactionTimeoutMs);
    const outcomes: Redriven[] = [];
    const letters = await this.#letters(query);
    for (let at = 0; at < letters.length; at += transactionLetters) {
      outcomes.push(...(await this.#send(session, letters.slice(at, at + transactionLetters))));
    }
    return outcomes;
  }

  /** What `redrive` would do, without doing it. */
  async look(query: DeadLetterQuery): Promise<Redriven[]> {
    const outcomes: Redriven[] = [];
    for (const letter of await this.#letters(query)) {
      const found = await this.#recordOf(letter);
      if (typeof found === "string") outcomes.push({ letter, outcome: "refused", why: found });
      else outcomes.push({ letter, outcome: "sent", why: null });
    }
    return outcomes;
  }

  async close(): Promise<void> {
    await this.#link.close();
  }

  async #letters(query: DeadLetterQuery): Promise<DeadLetter[]> {
    const topic = this.#topics.deadLetters;
    const found = new NewestLetters(query);
    await this.#link.refreshIfOld();
    const oldest = (await this.#link.offsets(topic, [0], "oldest")).get(0) ?? 0;
    const end = (await this.#link.offsets(topic, [0], "end")).get(0) ?? 0;
    for await (const slices of readRange(this.#link, topic, 0, oldest, end)) {
      for (const slice of slices) {
        const record = readDeadLetterRecord(slice);
        if (record !== null) found.take(record);
      }
    }
    return found.sorted();
  }

  async #send(session: ProducerSession, letters: readonly DeadLetter[]): Promise<Redriven[]> {
    const outcomes: Redriven[] = [];
    const parts: PartitionMessages[] = [];
    const notes: ProducedMessage[] = [];
    for (const letter of letters) {
      const found = await this.#recordOf(letter);
      if (typeof found === "string") {
        outcomes.push({ letter, outcome: "refused", why: found });
        continue;
      }
      const { topic, partition, record } = found;
      const part = parts.find((one) => one.topic === topic && one.partition === partition);
      if (part === undefined) parts.push({ topic, partition, messages: [messageOf(record, letter)] });
      else part.messages.push(messageOf(record, letter));
      notes.push(redrivenMessage(letter.id, this.#options.now()));
      outcomes.push({ letter, outcome: "sent", why: null });
    }
    if (notes.length === 0) return outcomes;
    parts.push({ topic: this.#topics.deadLetters, partition: 0, messages: notes });
    await transact(this.#link, session, parts, "none", "redrive dead letters");
    return outcomes;
  }

  /** The record to send again; a text says why there is none. */
  async #recordOf(letter: DeadLetter): Promise<{ topic: string; partition: number; record: RecordSlice } | string> {
    if (letter.redrivenAt !== undefined) return `it was sent again at ${new Date(letter.redrivenAt).toISOString()}`;
    const refusal = redriveRefusal(letter);
    if (refusal !== null || letter.origin === undefined) return refusal ?? "its record has no place in the log";
    const { origin } = letter;
    const topic = origin.log === "users" ? this.#users : this.#topics.observations;
    if (origin.log === "users") await this.#link.follow([topic]);
    const record = await this.#read(topic, origin);
    if (record === null) return `retention has dropped its record from ${topic}/${origin.partition}`;
    const still = await this.#stillUnusable(record, letter, origin);
    return still ?? { topic, partition: origin.partition, record };
  }

  async #read(topic: string, { partition, offset }: LogPlace): Promise<RecordSlice | null> {
    const at = Number(offset);
    const oldest = (await this.#link.offsets(topic, [partition], "oldest")).get(partition) ?? 0;
    const end = (await this.#link.offsets(topic, [partition], "end")).get(partition) ?? 0;
    if (at < oldest || at >= end) return null;
    for await (const [slice] of readRange(this.#link, topic, partition, at, at + 1)) return slice ?? null;
    return null;
  }

  /** Looked at before it is sent: what would only fail again stays as it is, to be tried when its cause is mended. */
  async #stillUnusable(slice: RecordSlice, letter: DeadLetter, { log }: LogPlace): Promise<string | null> {
    const { codec, userCodec } = this.#options;
    const [entry] = await (log === "users" ? userCodec.decode([slice]) : codec.decode([slice]));
    if (letter.reason === "undecodable-record") {
      if (slice.timestamp !== letter.at) return anotherRecord;
      return entry !== undefined && "undecodable" in entry
        ? `it still can't be decoded: ${entry.undecodable.detail}`
        : null;
    }
    if (entry === undefined || !("record" in entry) || entry.record.source !== letter.source) return anotherRecord;
    if (entry.record.at !== letter.at) return anotherRecord;
    return (await this.#isAnnounced(letter.source))
      ? null
      : `no producer of ${letter.source} has polled yet; start one first`;
  }

  async #isAnnounced(source: string): Promise<boolean> {
    const known = this.#announced.get(source) ?? (await this.#history.lastMarker(source)) !== null;
    this.#announced.set(source, known);
    return known;
  }
}

/** The record as it is, with the letter's id beside what a marker's header says. */
function messageOf(slice: RecordSlice, letter: DeadLetter): ProducedMessage {
  const { buffer, keyStart, keyEnd, valueStart, valueEnd, timestamp } = slice;
  const spread = headerOf(slice, spreadHeader);
  return {
    key: keyStart < 0 ? "" : buffer.toString("utf8", keyStart, keyEnd),
    value: valueStart < 0 ? Buffer.of() : Buffer.from(buffer.subarray(valueStart, valueEnd)),
    timestamp: String(timestamp),
    headers: { ...(spread === null ? {} : { [spreadHeader]: spread }), [redrivenHeader]: letter.id },
  };
}
