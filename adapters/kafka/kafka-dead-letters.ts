import type { DeadLetter, DeadLetterReason } from "../../core/dead-letter/dead-letter.ts";
import type { DeadLetterQuery, DeadLetters } from "../../core/ports/dead-letters.ts";
import { ClusterLink } from "./client/cluster-link.ts";
import type { ConnectionSettings } from "./client/connection-settings.ts";
import { readRange } from "./client/read-range.ts";
import { sendMessages } from "./client/send-messages.ts";
import { type DeadLetterRecord, letterMessage, readDeadLetterRecord } from "./dead-letter-record.ts";
import { NewestLetters } from "./newest-letters.ts";
import { topicNames } from "./topic-names.ts";
import { ensureTopics } from "./topics.ts";

export interface KafkaDeadLettersOptions {
  connection: ConnectionSettings;
  pipeline: string;
  replication: number;
  minInsyncReplicas: number;
  /** How long letters are kept, ms. */
  retentionMs: number;
  /** Letters remembered so as not to be put again; 20,000, some 3 MB. */
  rememberedLetters?: number;
}

/** Letters of a source and reason. */
interface LetterCount {
  source: string;
  reason: DeadLetterReason;
  count: number;
}

/** Letters in one request: each is at most some 2 KiB. */
const requestLetters = 200;

/**
 * Dead letters in a compacted topic of one partition, keyed by letter id. What is put again is put again soon, after a
 * crash: the newest ids are remembered, an older letter is written once more. Readers count a letter once in any case,
 * and compaction leaves one of it.
 */
export class KafkaDeadLetters implements DeadLetters {
  readonly #link: ClusterLink;
  readonly #topic: string;
  readonly #remembered: number;
  /** Ids of the topic's newest letters, oldest first, and up to which offset they are known. */
  readonly #known = new Set<string>();
  #position = 0;
  #counted: { oldest: number; end: number; counts: LetterCount[] } | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(link: ClusterLink, topic: string, remembered: number) {
    this.#link = link;
    this.#topic = topic;
    this.#remembered = remembered;
  }

  /** @throws VelibError VELIB_KAFKA_* */
  static async open(options: KafkaDeadLettersOptions): Promise<KafkaDeadLetters> {
    const { connection, pipeline, replication, minInsyncReplicas, retentionMs, rememberedLetters = 20_000 } = options;
    const topic = topicNames(pipeline).deadLetters;
    const link = await ClusterLink.open(connection);
    try {
      const config = {
        "cleanup.policy": "compact,delete",
        "retention.ms": String(retentionMs),
        "min.insync.replicas": String(minInsyncReplicas),
      };
      await ensureTopics(connection, [{ topic, partitions: 1, replication, config }]);
      await link.follow([topic]);
      return new KafkaDeadLetters(link, topic, rememberedLetters);
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  async put(letters: DeadLetter[]): Promise<number> {
    if (letters.length === 0) return 0;
    return this.#alone(async () => {
      await this.#catchUp();
      const added = new Map<string, DeadLetter>();
      for (const letter of letters) if (!this.#known.has(letter.id)) added.set(letter.id, letter);
      const messages = [...added.values()].map((letter) => letterMessage(letter, Date.now()));
      for (let at = 0; at < messages.length; at += requestLetters) {
        await sendMessages(this.#link, this.#topic, 0, messages.slice(at, at + requestLetters));
      }
      return added.size;
    });
  }

  /** Reads the whole topic; holds no more letters than asked for, a few times over. */
  async list(query: DeadLetterQuery): Promise<DeadLetter[]> {
    const letters = new NewestLetters(query);
    const { oldest, end } = await this.#extent();
    for await (const record of this.#records(oldest, end)) letters.take(record);
    return letters.sorted();
  }

  /** Reads the whole topic, unless nothing came or went since the last time; holds every id for that long. */
  async counts(): Promise<LetterCount[]> {
    const { oldest, end } = await this.#extent();
    if (this.#counted?.oldest === oldest && this.#counted.end === end) return this.#counted.counts;
    const counts = await this.#count(oldest, end);
    this.#counted = { oldest, end, counts };
    return counts;
  }

  async #count(oldest: number, end: number): Promise<LetterCount[]> {
    const seen = new Set<string>();
    const counts = new Map<string, LetterCount>();
    for await (const record of this.#records(oldest, end)) {
      if (!("letter" in record) || seen.has(record.letter.id)) continue;
      const { id, source, reason } = record.letter;
      seen.add(id);
      const key = `${source} ${reason}`;
      const counted = counts.get(key) ?? { source, reason, count: 0 };
      counted.count++;
      counts.set(key, counted);
    }
    return [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, counted]) => counted);
  }

  async close(): Promise<void> {
    await this.#link.close();
  }

  /** Learns the ids of what came since the last time. */
  async #catchUp(): Promise<void> {
    const { oldest, end } = await this.#extent();
    const from = Math.max(oldest, this.#position, end - this.#remembered);
    for await (const record of this.#records(from, end)) {
      if (!("letter" in record)) continue;
      this.#known.delete(record.letter.id);
      this.#known.add(record.letter.id);
      if (this.#known.size <= this.#remembered) continue;
      for (const longest of this.#known) {
        this.#known.delete(longest);
        break;
      }
    }
    this.#position = end;
  }

  async *#records(from: number, to: number): AsyncGenerator<DeadLetterRecord> {
    for await (const slices of readRange(this.#link, this.#topic, 0, from, to)) {
      for (const slice of slices) {
        const record = readDeadLetterRecord(slice);
        if (record !== null) yield record;
      }
    }
  }

  async #extent(): Promise<{ oldest: number; end: number }> {
    await this.#link.refreshIfOld();
    const oldest = (await this.#link.offsets(this.#topic, [0], "oldest")).get(0) ?? 0;
    const end = (await this.#link.offsets(this.#topic, [0], "end")).get(0) ?? 0;
    return { oldest, end };
  }

  /** One at a time: two puts at once would both take the same letter for new. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
