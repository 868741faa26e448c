import { invalidParameter } from "./errors.ts";
import { parseTime } from "./query.ts";

/** What is shown without a `from`, ms. */
const defaultSpanMs = 6 * 3_600_000;

/** Window starts in [from, to), ms. */
export interface WindowRange {
  from: number;
  to: number;
}

/**
 * The range a request asks for: by default the six hours up to the source's newest final window, in event time.
 * Null: no end is given and the source has no final window.
 * @throws ApiError invalid_parameter
 */
export function windowRange(
  query: { from?: string | undefined; to?: string | undefined },
  finalUntil: number | null,
): WindowRange | null {
  const from = query.from === undefined ? null : parseTime("from", query.from);
  const to = query.to === undefined ? finalUntil : parseTime("to", query.to);
  if (to === null) return null;
  if (from !== null && query.to !== undefined && from >= to) {
    throw invalidParameter("to", `a time after from (${query.from})`, query.to);
  }
  return { from: from ?? to - defaultSpanMs, to };
}
