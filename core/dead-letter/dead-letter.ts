import { createHash } from "node:crypto";

/** Why something was put aside. A closed list: metric labels and conditions use these words. */
export const deadLetterReasons = [
  /** The body is not of the format that was asked for (not JSON, not the expected shape). */
  "unreadable-body",
  /** The body breaks off in the middle. */
  "truncated-body",
  /** Readable, but not what this source's format says. */
  "unexpected-format",
  /** Not one row of the poll was valid. */
  "no-valid-row",
  /** The row does not name its station. */
  "missing-station",
  /** Bikes or docks are missing, negative, or not whole numbers. */
  "invalid-count",
  /** The poll names a station twice with different content; the first one counts. */
  "duplicate-station",
  /** The poll is not newer than the source's last one. */
  "out-of-order-poll",
  /** The record came after its window was final. */
  "late",
  /** The record's poll never got its marker before the window was final. */
  "unmarked",
  /** A log record that can't be decoded. */
  "undecodable-record",
  /** A record that is larger than the log takes. */
  "oversize-record",
  /** A time that has not come yet: the poll's by the producer's clock, a log record's by the log's own time stamp. */
  "future-timestamp",
  /** A log record of a source that no producer has announced by a poll marker. */
  "unknown-source",
  /** An element of the users API's answer that is no user: no `login.uuid`, or a field of the wrong type. */
  "invalid-user",
  /** The users API answered with an error in place of users. */
  "users-api-error",
] as const;

export type DeadLetterReason = (typeof deadLetterReasons)[number];

/** Something that could not be used, kept with its reason. */
export interface DeadLetter {
  /** Stable identity: the same input dead-lettered twice (after a crash, say) is one letter. */
  id: string;
  source: string;
  /** Event time (the poll's), ms. */
  at: number;
  reason: DeadLetterReason;
  /** What was expected and what came, one line. */
  detail: string;
  /** The start of what came, at most `excerptLimit` characters. */
  excerpt: string;
  /** The log record that the letter is about, where it is about one: by it the record can be sent again. */
  origin?: LogPlace;
  /** The letter whose record was sent again and failed again as this one. */
  ancestor?: string;
  /** When its record was sent again, ms; absent: it was not. */
  redrivenAt?: number;
}

/** Where a record stands. */
export interface LogPlace {
  log: "observations" | "users";
  partition: number;
  /** Digits: offsets go beyond what JSON's numbers keep. */
  offset: string;
}

export const excerptLimit = 1024;

/** Builds a dead letter; `position` tells apart letters of the same source, time and reason (a row number, an offset). */
export function deadLetter(
  source: string,
  at: number,
  reason: DeadLetterReason,
  detail: string,
  raw: unknown,
  position: string | number = "",
): DeadLetter {
  const text = typeof raw === "string" ? raw : (JSON.stringify(raw) ?? "");
  const excerpt = text.slice(0, excerptLimit);
  const id = createHash("sha256")
    .update(JSON.stringify([source, at, reason, position, excerpt]))
    .digest("base64url")
    .slice(0, 22);
  return { id, source, at, reason, detail, excerpt };
}
