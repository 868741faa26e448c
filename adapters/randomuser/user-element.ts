import type { User } from "../../core/ports/user-store.ts";
import { isObject, isoTime, type JsonObject } from "../http/json-value.ts";

/** An element of `results` as a user, or what about it is no user: one line without personal data. */
export type DecodedUser = { user: User } | { problem: string };

/** Longer texts are no names or addresses; and one of them must not make a record that the log refuses. */
const longestText = 2_000;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const email = /^[^\s@]+@[^\s@]+$/;
const calendarDate = /^\d{4}-\d\d-\d\d(?=$|T)/;

/** A field that is there and is not what it has to be. */
class WrongField extends Error {}

/**
 * Decodes a user of randomuser.me 1.4. Its id is `login.uuid`, the only sure key: `id.value` may be null. What else is
 * absent, null or blank is null; what is of another type than documented makes the element invalid.
 *
 * The address is "number street, city, state, country"; the post code stands by itself and may come as a number.
 * The phone is `phone`, else `cell`; the picture the large one.
 */
export function decodeUser(element: unknown): DecodedUser {
  if (!isObject(element)) return { problem: "expected a user, got something that is no object" };
  try {
    return { user: userOf(element) };
  } catch (error) {
    if (error instanceof WrongField) return { problem: error.message };
    throw error;
  }
}

function userOf(element: JsonObject): User {
  const [login, name] = [part(element, "login"), part(element, "name")];
  const [dob, registered] = [part(element, "dob"), part(element, "registered")];
  const location = part(element, "location");
  const id = textAt(login, "login.uuid");
  if (id === null || !uuid.test(id)) throw new WrongField(`expected a UUID as login.uuid, got ${kindOf(login.uuid)}`);
  return {
    id: id.toLowerCase(),
    firstName: textAt(name, "name.first"),
    lastName: textAt(name, "name.last"),
    gender: textAt(element, "gender")?.toLowerCase() ?? null,
    dateOfBirth: dateAt(dob, "dob.date"),
    address: addressOf(location),
    postCode: codeAt(location, "location.postcode"),
    email: emailAt(element, "email"),
    phone: textAt(element, "phone") ?? textAt(element, "cell"),
    username: textAt(login, "login.username"),
    registeredAt: timeAt(registered, "registered.date"),
    picture: textAt(part(element, "picture"), "picture.large"),
    contract: null,
  };
}

/** Versions before 1.3 have number and name of the street as one text. */
function addressOf(location: JsonObject): string | null {
  const street =
    typeof location.street === "string" ? textAt(location, "location.street") : streetOf(part(location, "street"));
  const parts = [street, ...["city", "state", "country"].map((field) => textAt(location, `location.${field}`))];
  const known = parts.filter((text) => text !== null);
  return known.length === 0 ? null : known.join(", ");
}

function streetOf(street: JsonObject): string | null {
  const parts = [codeAt(street, "location.street.number"), textAt(street, "location.street.name")];
  const known = parts.filter((text) => text !== null);
  return known.length === 0 ? null : known.join(" ");
}

/** An object within the element; one without fields where it is absent. */
function part(of: JsonObject, field: string): JsonObject {
  const value = of[field];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new WrongField(`expected an object as ${field}, got ${kindOf(value)}`);
  return value;
}

/** @param path of the field in the element; its last part is the name in `of` */
function textAt(of: JsonObject, path: string): string | null {
  const value = of[path.slice(path.lastIndexOf(".") + 1)];
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw new WrongField(`expected a text as ${path}, got ${kindOf(value)}`);
  if (value.length > longestText) {
    throw new WrongField(`expected at most ${longestText} characters as ${path}, got ${value.length}`);
  }
  const text = value.trim();
  return text === "" ? null : text;
}

/** A code that is written as text or as a whole number. */
function codeAt(of: JsonObject, path: string): string | null {
  const value = of[path.slice(path.lastIndexOf(".") + 1)];
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? String(value) : textAt(of, path);
}

function emailAt(of: JsonObject, path: string): string | null {
  const text = textAt(of, path);
  if (text === null || email.test(text)) return text;
  throw new WrongField(`expected an e-mail address as ${path}, got another text`);
}

function timeAt(of: JsonObject, path: string): number | null {
  const text = textAt(of, path);
  if (text === null) return null;
  const time = isoTime(text);
  if (time === null) throw new WrongField(`expected an ISO 8601 instant as ${path}, got another text`);
  return time;
}

/** The day as it is written: a birthday has no time zone. */
function dateAt(of: JsonObject, path: string): string | null {
  const text = textAt(of, path);
  if (text === null) return null;
  const date = calendarDate.exec(text)?.[0];
  // A day that the month does not have moves into the next one, or makes no date at all.
  const day = date === undefined ? Number.NaN : Date.parse(`${date}T00:00:00Z`);
  if (date !== undefined && !Number.isNaN(day) && new Date(day).toISOString().startsWith(date)) return date;
  throw new WrongField(`expected a day (YYYY-MM-DD, a time may follow) as ${path}, got another text`);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "another text" : `a ${typeof value}`;
}
