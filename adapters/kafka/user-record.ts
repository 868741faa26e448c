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

/** How users become the bytes of Kafka values, and back. */
export interface UserCodec {
  /** Called before the first `encode` for a topic (a schema registry is told its schema). */
  ready(topic: string): Promise<void>;
  /** A text stands for its UTF-8 bytes. */
  encode(topic: string, user: CreatedUser): Buffer | string;
  /** One entry for each record, in order; what can't be decoded says so in its place, without a value of it. */
  decode(records: readonly RecordSlice[]): Promise<UserEntry[]>;
}

/**
 * Users as JSON with the fields of `CreatedUser`:
 * `{"id":"…","firstName":"…","lastName":"…","gender":"…","dateOfBirth":"1984-02-29","address":null,"postCode":"75011",
 * "email":null,"phone":null,"username":"…","registeredAt":1557126489000,"picture":"…","contract":null,
 * "createdAt":1778574600000}`; times in ms since the epoch. The key is the id.
 */
export const jsonUserCodec: UserCodec = {
  async ready() {},
  encode: (_topic, user) => JSON.stringify(userFields(user)),
  decode: async (records) => records.map(decodeJson),
};

/** The fields that are written, named one by one: what else an object carries is not. */
export function userFields(user: CreatedUser): CreatedUser {
  const { id, firstName, lastName, gender, dateOfBirth, address, postCode, email, phone } = user;
  const { username, registeredAt, picture, contract, createdAt } = user;
  return {
    ...{ id, firstName, lastName, gender, dateOfBirth, address, postCode, email, phone },
    ...{ username, registeredAt, picture, contract, createdAt },
  };
}

function decodeJson(slice: RecordSlice): UserEntry {
  const { buffer, valueStart, valueEnd } = slice;
  if (valueStart < 0) return undecodableUser(slice, "expected a user, got a record without a value", "");
  const value = parse(buffer.toString("utf8", valueStart, valueEnd));
  if (value !== undefined) return userEntry(slice, value);
  return undecodableUser(slice, "expected JSON, got something else", `${valueEnd - valueStart} bytes`);
}

/** What was decoded, if it is a user; else what it looks like. */
export function userEntry(slice: RecordSlice, value: unknown): UserEntry {
  if (isUser(value)) return { offset: BigInt(slice.offset), user: value };
  return undecodableUser(slice, `expected a user, got one with another ${wrongField(value)}`, shapeOf(value));
}

/** What stands in place of a record that is no user; neither text may have a value of it. */
export function undecodableUser({ offset, timestamp }: RecordSlice, detail: string, shape: string): UserEntry {
  return { offset: BigInt(offset), undecodable: { at: timestamp, detail, shape } };
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
