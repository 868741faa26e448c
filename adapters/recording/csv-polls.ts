import type { Poll, StationReading } from "../../core/observation/reading.ts";
import { isoTime } from "../http/json-value.ts";
import type { CsvRowDecoder } from "./csv-row.ts";
import { rowsOf } from "./csv-text.ts";

/** Gathers the rows of a CSV into polls, one at a time. */
export class PollAssembler {
  readonly #decoder: CsvRowDecoder;
  readonly #after: number;
  #time: string | null = null;
  #poll: Poll | null = null;
  /** Unreadable rows before the first poll: they go with it. */
  #early: StationReading[] = [];

  /** @param after polls up to this time, ms, are passed over; null for none */
  constructor(decoder: CsvRowDecoder, after: number | null) {
    this.#decoder = decoder;
    this.#after = after ?? Number.NEGATIVE_INFINITY;
  }

  /** Takes the next rows and gives the polls that they complete. */
  add(rows: readonly string[][]): Poll[] {
    const complete: Poll[] = [];
    for (const row of rows) {
      const time = this.#decoder.time(row);
      if (time === null || time !== this.#time) {
        const at = isoTime(time);
        // It does not start a poll: its time can't be trusted, and the poll it stands in would be torn apart.
        if (at === null) {
          this.#put(this.#decoder.unusable(row));
          continue;
        }
        const ended = this.#start(at);
        if (ended !== null) complete.push(ended);
        this.#time = time;
      }
      if (this.#poll === null || this.#poll.at <= this.#after) continue;
      const reading = this.#decoder.reading(row);
      this.#poll.readings.push(reading);
      const feedTime = this.#decoder.feedTime(row, reading);
      if (feedTime !== null && feedTime > (this.#poll.feedTime ?? Number.NEGATIVE_INFINITY)) {
        this.#poll.feedTime = feedTime;
      }
    }
    return complete;
  }

  /** The last poll. */
  end(): Poll | null {
    return this.#wanted();
  }

  #start(at: number): Poll | null {
    const ended = this.#wanted();
    this.#poll = { at, readings: this.#early, feedTime: null };
    this.#early = [];
    return ended;
  }

  #put(reading: StationReading): void {
    (this.#poll?.readings ?? this.#early).push(reading);
  }

  #wanted(): Poll | null {
    return this.#poll !== null && this.#poll.at > this.#after ? this.#poll : null;
  }
}

/**
 * The lines from the first one on whose poll is later than `after`, ms, without splitting the others: a replay that
 * is taken up again passes over what it has seen in the time it takes to read it.
 */
export function linesAfter(text: string, after: number, decoder: CsvRowDecoder): string {
  if (!decoder.timeIsFirst) return text;
  let seen = "\n";
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    if (!text.startsWith(seen, start)) {
      const line = text.slice(start, end);
      const at = isoTime(decoder.time(rowsOf(line)[0] ?? []));
      if (at !== null && at > after) return text.slice(start);
      if (at !== null) seen = line.slice(0, line.indexOf(",") + 1);
    }
    start = end + 1;
  }
  return "";
}
