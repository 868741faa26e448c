import type { DeadLetter, DeadLetterReason } from "./dead-letter.ts";

/**
 * Whether sending a letter's record through the log again can give another outcome, by reason; a text says why it
 * can't. Only what stands in the log as a whole record can be sent again: of the rest a letter keeps the beginning.
 */
export const redriving: Record<DeadLetterReason, "possible" | string> = {
  "unreadable-body": "the poll is over, and the body was not kept; fill the gap from a recording",
  "truncated-body": "the rest of the body never came; fill the gap from a recording",
  "unexpected-format": "the poll is over, and the body was not kept; fill the gap from a recording",
  "no-valid-row": "the poll is over and had nothing that could count",
  "missing-station": "the row says of no station what it is about",
  "invalid-count": "the row's counts are unknown; its station counts as not observed at that poll",
  "duplicate-station": "the poll's first row of that station counted",
  "out-of-order-poll": "the source has newer polls; back-fill a recording of it in a pipeline of its own",
  late: "the record is in the log and the history already, and its window stays final",
  unmarked: "the record is in the log and the history already, and its poll is still not known to be complete",
  "undecodable-record": "possible",
  "oversize-record": "the log takes it as little as before, and what it held beyond the excerpt was not kept",
  "future-timestamp": "the time that it claims stays wrong",
  "unknown-source": "possible",
  "invalid-user": "the API's answer was not kept, as it is personal data; the API gives users anew at each call",
  "users-api-error": "there were no users in the answer",
};

/** Why a letter can't be sent again; null: it can. */
export function redriveRefusal({ reason, origin }: DeadLetter): string | null {
  const verdict = redriving[reason];
  if (verdict !== "possible") return verdict;
  return origin === undefined ? "the letter does not say where in the log its record stands" : null;
}
