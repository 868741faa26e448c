import type { DeadLetter } from "../../core/dead-letter/dead-letter.ts";
import type { DeadLetterQuery } from "../../core/ports/dead-letters.ts";
import type { DeadLetterRecord } from "./dead-letter-record.ts";

/**
 * The letters that a query asks for, gathered from the topic's records in whatever order they stand there. With a
 * limit it holds a few times as many letters, however long the topic is.
 */
export class NewestLetters {
  readonly #query: DeadLetterQuery;
  #letters = new Map<string, DeadLetter>();
  /** When letters were sent again, by id: compaction may leave a letter behind the note about it. */
  readonly #redriven = new Map<string, number>();

  constructor(query: DeadLetterQuery) {
    this.#query = query;
  }

  take(record: DeadLetterRecord): void {
    if ("redriven" in record) {
      this.#redriven.set(record.redriven, record.at);
      return;
    }
    const { letter } = record;
    if (!this.#isWanted(letter) || this.#letters.has(letter.id)) return;
    this.#letters.set(letter.id, letter);
    const { limit } = this.#query;
    if (limit !== undefined && this.#letters.size > 4 * limit + 1_000) {
      this.#letters = new Map(this.#newest().map((kept) => [kept.id, kept]));
    }
  }

  /** Newest event time first, then by id. */
  sorted(): DeadLetter[] {
    return this.#newest().map((letter) => {
      const redrivenAt = this.#redriven.get(letter.id);
      return redrivenAt === undefined ? letter : { ...letter, redrivenAt };
    });
  }

  #newest(): DeadLetter[] {
    const sorted = [...this.#letters.values()].sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));
    return sorted.slice(0, this.#query.limit ?? sorted.length);
  }

  #isWanted(letter: DeadLetter): boolean {
    const { source, reason, from, to, id } = this.#query;
    if (source !== undefined && letter.source !== source) return false;
    if (reason !== undefined && letter.reason !== reason) return false;
    if (id !== undefined && letter.id !== id) return false;
    return letter.at >= (from ?? Number.NEGATIVE_INFINITY) && letter.at < (to ?? Number.POSITIVE_INFINITY);
  }
}
