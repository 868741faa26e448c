import { excerptLimit } from "../../core/dead-letter/dead-letter.ts";
import type { UnreadablePoll } from "../../core/observation/reading.ts";

/** Why a body is of no use; with the time of its poll it is an `UnreadablePoll`. */
export type BodyProblem = Omit<UnreadablePoll, "at">;

/** A body's content, or why it has none. */
export type Decoded<T> = { value: T } | { problem: BodyProblem };

/**
 * Reads a body as JSON. One that is JSON as far as it goes is `truncated-body`, one that is not JSON (an HTML page,
 * say) `unreadable-body`.
 *
 * @param complete false when the connection broke off before the end of the body
 */
export function parseJson(body: string, complete: boolean): Decoded<unknown> {
  try {
    return { value: JSON.parse(body) };
  } catch {
    const reason = isBeginOfJson(body) || !complete ? "truncated-body" : "unreadable-body";
    return { problem: { reason, detail: detailOf(reason, body), excerpt: body.slice(0, excerptLimit) } };
  }
}

/** The problem of a body that is JSON, but not of the expected shape. */
export function unexpectedFormat(expected: string, value: unknown): Decoded<never> {
  const excerpt = (JSON.stringify(value) ?? "").slice(0, excerptLimit);
  return {
    problem: { reason: "unexpected-format", detail: `expected ${expected}, got ${outlineOf(value)}`, excerpt },
  };
}

/** What a JSON value looks like, in a few words. */
export function outlineOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : `an array of ${outlineOf(value[0])}`;
  if (typeof value !== "object") return `a ${typeof value}`;
  const keys = Object.keys(value);
  const shown = keys.slice(0, 6).map((key) => key.slice(0, 40));
  return `an object {${shown.join(", ")}${keys.length > shown.length ? ", …" : ""}}`;
}

function detailOf(reason: BodyProblem["reason"], body: string): string {
  if (body.trim() === "") return "expected JSON, the body is empty";
  if (reason === "truncated-body") return `the JSON breaks off after ${body.length} characters`;
  return /^\s*</.test(body) ? "expected JSON, got a page of HTML or XML" : "expected JSON, got something else";
}

/**
 * Whether a text that is not JSON would be, had it gone on: cut back to its last comma or opening bracket outside
 * of a string and with the brackets that are open there closed, it parses.
 */
function isBeginOfJson(body: string): boolean {
  const open: string[] = [];
  let closedSinceCut: string[] = [];
  let cut = 0;
  let inString = false;
  for (let i = 0; i < body.length; i++) {
    const c = body[i];
    if (inString) {
      if (c === "\\") i++;
      else if (c === '"') inString = false;
    } else if (c === '"') {
      inString = true;
    } else if (c === "[" || c === "{") {
      open.push(c === "[" ? "]" : "}");
      closedSinceCut = [];
      cut = i + 1;
    } else if (c === ",") {
      closedSinceCut = [];
      cut = i;
    } else if (c === "]" || c === "}") {
      if (open.pop() !== c || open.length === 0) return false;
      closedSinceCut.push(c);
    }
  }
  const openAtCut = [...open, ...closedSinceCut.toReversed()];
  return openAtCut.length > 0 && parses(body.slice(0, cut) + openAtCut.toReversed().join(""));
}

function parses(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}
