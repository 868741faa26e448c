import { type DeadLetter, deadLetterReasons } from "../../core/dead-letter/dead-letter.ts";
import type { ProducedMessage } from "./client/protocol-broker.ts";
import type { RecordSlice } from "./client/record-batch.ts";

/** A record of the topic: a letter, or the note that a letter's record was sent again. */
export type DeadLetterRecord = { letter: DeadLetter } | { redriven: string; at: number };

/** A letter as a message: its id is the key, its JSON the value. */
export function letterMessage(letter: DeadLetter, now: number): ProducedMessage {
  // Not the event time: a letter about an old recording is not an old letter.
  return { key: letter.id, value: JSON.stringify(letter), timestamp: String(now) };
}

/**
 * The note that a letter's record was sent again: `{"redriven": id, "at": ms}` under a key of its own, so that the
 * letter itself, put once more by a process that crashed, can't undo it.
 */
export function redrivenMessage(id: string, now: number): ProducedMessage {
  return { key: `${id}/redriven`, value: JSON.stringify({ redriven: id, at: now }), timestamp: String(now) };
}

/** Null: neither, which a topic that others may write to can hold. */
export function readDeadLetterRecord({ buffer, valueStart, valueEnd }: RecordSlice): DeadLetterRecord | null {
  if (valueStart < 0) return null;
  let value: unknown;
  try {
    value = JSON.parse(buffer.toString("utf8", valueStart, valueEnd));
  } catch {
    return null;
  }
  if (isLetter(value)) return { letter: value };
  return isRedriven(value) ? value : null;
}

function isRedriven(value: unknown): value is { redriven: string; at: number } {
  if (typeof value !== "object" || value === null || !("redriven" in value && "at" in value)) return false;
  return typeof value.redriven === "string" && typeof value.at === "number";
}

function isLetter(value: unknown): value is DeadLetter {
  if (typeof value !== "object" || value === null) return false;
  if (!("id" in value && "source" in value && "at" in value && "reason" in value)) return false;
  const { id, source, at, reason } = value;
  if (typeof id !== "string" || typeof source !== "string" || typeof at !== "number") return false;
  if (!deadLetterReasons.some((known) => known === reason)) return false;
  if (!("detail" in value && typeof value.detail === "string")) return false;
  if (!("excerpt" in value && typeof value.excerpt === "string")) return false;
  return !("origin" in value) || isPlace(value.origin);
}

function isPlace(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (!("log" in value && "partition" in value && "offset" in value)) return false;
  if (value.log !== "observations" && value.log !== "users") return false;
  return Number.isSafeInteger(value.partition) && typeof value.offset === "string" && /^\d+$/.test(value.offset);
}
