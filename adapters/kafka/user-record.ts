import type { CreatedUser, UserEntry } from "../../core/ports/user-log.ts";
import { shapeOf } from "../../core/users/shape-of.ts";
import type { RecordSlice } from "./client/record-batch.ts";

/** Fields that are a text or null. */
const texts = [
  "firstName",
  "lastName",
  "gender",
  "dateOfBirth",
  "address",
  "postCode",
  "email",
  "phone",
  "username",
  "picture",
  "contract",
] as const;

const calendarDate = /^\d{4}-\d\d-\d\d$/;

/**
 * A user as the value of a record, JSON with the fields of `CreatedUser`:
 * `{"id":"…","firstName":"…","lastName":"…","gender":"…","dateOfBirth":"1984-02-29","address":null,"postCode":"75011",
 * "email":null,"phone":null,"username":"…","registeredAt":1557126489000,"picture":"…","contract":null,
 * "createdAt":1778574600000}`; times in ms since the epoch. The key is the id.
 */
export function encodeUser(user: CreatedUser): string {
  const { id, firstName, lastName, gender, dateOfBirth, address, postCode, email, phone } = user;
  const { username, registeredAt, picture, contract, createdAt } = user;
  // Named one by one: what else an object carries is not written.
  return JSON.stringify({
    ...{ id, firstName, lastName, gender, dateOfBirth, address, postCode, email, phone },
    ...{ username, registeredAt, picture, contract, createdAt },
  });
}

/** Reads a record's value; where it is no user, the entry says what it looks like, without a value of it. */
export function decodeUserRecord({ offset, timestamp, buffer, valueStart, valueEnd }: RecordSlice): UserEntry {
  const at = BigInt(offset);
  const undecodable = (detail: string, shape: string): UserEntry => ({
    offset: at,
    undecodable: { at: timestamp, detail, shape },
  });
  if (valueStart < 0) return undecodable("expected a user, got a record without a value", "");
  const value = parse(buffer.toString("utf8", valueStart, valueEnd));
  if (value === undefined) return undecodable("expected JSON, got something else", `${valueEnd - valueStart} bytes`);
  return isUser(value)
    ? { offset: at, user: value }
    : undecodable(`expected a user, got one with another ${wrongField(value)}`, shapeOf(value));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isUser(value: unknown): value is CreatedUser {
  return wrongField(value) === null;
}

/** The first field that is not as it has to be; null: none. */
function wrongField(value: unknown): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "type";
  const fields = new Map<string, unknown>(Object.entries(value));
  const id = fields.get("id");
  if (typeof id !== "string" || id === "") return "id";
  for (const name of texts) {
    const text = fields.get(name);
    if (text !== null && typeof text !== "string") return name;
  }
  const born = fields.get("dateOfBirth");
  if (typeof born === "string" && !isDay(born)) return "dateOfBirth";
  const registered = fields.get("registeredAt");
  if (registered !== null && !Number.isSafeInteger(registered)) return "registeredAt";
  return Number.isSafeInteger(fields.get("createdAt")) ? null : "createdAt";
}

function isDay(text: string): boolean {
  return calendarDate.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}
