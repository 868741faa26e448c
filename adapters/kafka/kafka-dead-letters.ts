import { type DeadLetter, type DeadLetterReason, deadLetterReasons } from "../../core/dead-letter/dead-letter.ts";
import type { DeadLetterQuery, DeadLetters } from "../../core/ports/dead-letters.ts";
import { ClusterLink } from "./client/cluster-link.ts";
import type { ConnectionSettings } from "./client/connection-settings.ts";
import { readRange } from "./client/read-range.ts";
import type { RecordSlice } from "./client/record-batch.ts";
import { sendMessages } from "./client/send-messages.ts";
import { topicNames } from "./topic-names.ts";
import { ensureTopics } from "./topics.ts";

export interface KafkaDeadLettersOptions {
  connection: ConnectionSettings;
  pipeline: string;
  replication: number;
  minInsyncReplicas: number;
  /** How long letters are kept, ms. */
  retentionMs: number;
}

/** Letters in one request: each is at most some 2 KiB. */
const requestLetters = 200;

/**
 * Dead letters in a compacted topic of one partition, keyed by letter id. Two processes may put the same letter at the
 * same time: readers count it once.
 */
export class KafkaDeadLetters implements DeadLetters {
  readonly #link: ClusterLink;
  readonly #topic: string;
  /** What is known of the letters in the topic, by id, and up to which offset. */
  readonly #known = new Map<string, { offset: number; source: string; reason: DeadLetterReason }>();
  #position = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(link: ClusterLink, topic: string) {
    this.#link = link;
    this.#topic = topic;
  }

  /** @throws VelibError VELIB_KAFKA_* */
  static async open(options: KafkaDeadLettersOptions): Promise<KafkaDeadLetters> {
    const { connection, pipeline, replication, minInsyncReplicas, retentionMs } = options;
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
      return new KafkaDeadLetters(link, topic);
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  async put(letters: DeadLetter[]): Promise<number> {
    if (letters.length === 0) return 0;
    return this.#alone(async () => {
      await this.#catchUp();
      const added = new Map(letters.map((letter) => [letter.id, letter]));
      for (const id of this.#known.keys()) added.delete(id);
      const messages = [...added.values()].map((letter) => ({
        key: letter.id,
        value: JSON.stringify(letter),
        // Not the event time: a letter about an old recording is not an old letter.
        timestamp: String(Date.now()),
      }));
      for (let at = 0; at < messages.length; at += requestLetters) {
        await sendMessages(this.#link, this.#topic, 0, messages.slice(at, at + requestLetters));
      }
      return added.size;
    });
  }

  async list({ source, reason, from, to, limit }: DeadLetterQuery): Promise<DeadLetter[]> {
    const letters = new Map<string, DeadLetter>();
    const { oldest, end } = await this.#extent();
    for await (const records of readRange(this.#link, this.#topic, 0, oldest, end)) {
      for (const record of records) {
        const letter = letterOf(record);
        if (letter === null) continue;
        if (source !== undefined && letter.source !== source) continue;
        if (reason !== undefined && letter.reason !== reason) continue;
        if (letter.at < (from ?? Number.NEGATIVE_INFINITY) || letter.at >= (to ?? Number.POSITIVE_INFINITY)) continue;
        letters.set(letter.id, letter);
      }
    }
    const sorted = [...letters.values()].sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));
    return sorted.slice(0, limit ?? sorted.length);
  }

  async counts(): Promise<{ source: string; reason: DeadLetterReason; count: number }[]> {
    await this.#alone(() => this.#catchUp());
    const counts = new Map<string, { source: string; reason: DeadLetterReason; count: number }>();
    for (const { source, reason } of this.#known.values()) {
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

  /** Reads what came since the last time, and forgets what retention has dropped. */
  async #catchUp(): Promise<void> {
    const { oldest, end } = await this.#extent();
    for await (const records of readRange(this.#link, this.#topic, 0, Math.max(oldest, this.#position), end)) {
      for (const record of records) {
        const letter = letterOf(record);
        if (letter === null) continue;
        this.#known.set(letter.id, { offset: record.offset, source: letter.source, reason: letter.reason });
      }
    }
    this.#position = end;
    for (const [id, { offset }] of this.#known) if (offset < oldest) this.#known.delete(id);
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

/** Null: not a letter of ours, which a topic that others may write to can hold. */
function letterOf({ buffer, valueStart, valueEnd }: RecordSlice): DeadLetter | null {
  if (valueStart < 0) return null;
  try {
    const value: unknown = JSON.parse(buffer.toString("utf8", valueStart, valueEnd));
    return isLetter(value) ? value : null;
  } catch {
    return null;
  }
}

function isLetter(value: unknown): value is DeadLetter {
  if (typeof value !== "object" || value === null) return false;
  if (!("id" in value && "source" in value && "at" in value && "reason" in value)) return false;
  const { id, source, at, reason } = value;
  if (typeof id !== "string" || typeof source !== "string" || typeof at !== "number") return false;
  return deadLetterReasons.some((known) => known === reason) && "detail" in value && "excerpt" in value;
}
