import { type DeadLetter, type DeadLetterReason, deadLetter } from "../../core/dead-letter/dead-letter.ts";
import type { User } from "../../core/ports/user-store.ts";
import { shapeOf } from "../../core/users/shape-of.ts";
import { type UsersPage, usersSource } from "../../core/users/users-api.ts";
import { errorText } from "../http/error-text.ts";
import { parseJson } from "../http/json-body.ts";
import { isObject } from "../http/json-value.ts";
import { withoutSecrets } from "../http/shown-url.ts";
import { decodeUser } from "./user-element.ts";

/**
 * Decodes the body of a users API, `{results: […]}` or `{error}`. An element that is no user costs only itself. What
 * can't be used becomes a dead letter whose excerpt tells fields and types, no values.
 *
 * @param complete false when the connection broke off before the end of the body
 * @param at when it was asked for, ms
 * @param secrets of the request, which an error may quote
 */
export function decodeUsersBody(body: string, complete: boolean, at: number, secrets: readonly string[]): UsersPage {
  const parsed = parseJson(body, complete);
  if ("problem" in parsed) {
    const { reason, detail } = parsed.problem;
    return unreadable(at, reason, detail, `a text of ${body.length} characters`);
  }
  const { value } = parsed;
  if (isObject(value) && Array.isArray(value.results)) return pageOf(value.results, at);
  if (isObject(value) && "error" in value) {
    // Only a text is a message: in an object there may be anything.
    const said = typeof value.error === "string" ? errorText(body) : shapeOf(value.error);
    return unreadable(at, "users-api-error", `the users API says: ${withoutSecrets(said, secrets)}`, shapeOf(value));
  }
  return unreadable(at, "unexpected-format", "expected {results: […]}, got something else", shapeOf(value));
}

function pageOf(results: readonly unknown[], at: number): UsersPage {
  const users: User[] = [];
  const deadLetters: DeadLetter[] = [];
  for (const [index, element] of results.entries()) {
    const decoded = decodeUser(element);
    if ("user" in decoded) users.push(decoded.user);
    else {
      const detail = `element ${index}: ${decoded.problem}`;
      deadLetters.push(deadLetter(usersSource, at, "invalid-user", detail, shapeOf(element), index));
    }
  }
  return { at, users, deadLetters, readable: true };
}

function unreadable(at: number, reason: DeadLetterReason, detail: string, shape: string): UsersPage {
  return { at, users: [], deadLetters: [deadLetter(usersSource, at, reason, detail, shape)], readable: false };
}
