import { createHmac } from "node:crypto";
import { VelibError } from "../errors.ts";
import type { User } from "../ports/user-store.ts";

/** What becomes of a piece of personal data: left out; a keyed hash, to compare by; written as it came. */
export const treatments = ["omit", "hash", "keep"] as const;
export type Treatment = (typeof treatments)[number];

export interface PersonalDataPolicy {
  email: Treatment;
  phone: Treatment;
  /** The street address; the post code stands by itself. */
  address: Treatment;
}

/** What happens unless the configuration asks for something else. */
export const omitPersonalData: PersonalDataPolicy = { email: "omit", phone: "omit", address: "omit" };

/** A key shorter than the hash weakens it (RFC 2104 §3). */
export const leastKeyBytes = 32;

/** Takes what the policy does not want out of a user. */
export type PersonalDataFilter = (user: User) => User;

/**
 * A filter that leaves out, hashes or keeps e-mail, phone and address. A hash is HMAC-SHA-256 (RFC 2104) over the
 * normalised text, 64 lower-case hexadecimal digits: without the key, the ten digits of a phone number can't be found
 * by trying all of them. Equal data give equal hashes as long as the key stays.
 * @param key of at least `leastKeyBytes` bytes when something is hashed; null when nothing is
 * @throws VelibError VELIB_CONFIG_INVALID when something is hashed and the key is absent or too short
 */
export function personalDataFilter(policy: PersonalDataPolicy, key: Uint8Array | null): PersonalDataFilter {
  const hashed = Object.entries(policy).filter(([, treatment]) => treatment === "hash");
  const names = hashed.map(([field]) => field).join(", ");
  if (hashed.length > 0 && (key === null || key.length < leastKeyBytes)) {
    const came = key === null ? "none" : `one of ${key.length}`;
    const message = `users: hashing ${names} takes a key of at least ${leastKeyBytes} bytes, got ${came}; give a longer random key`;
    throw new VelibError("VELIB_CONFIG_INVALID", message);
  }
  const treat = (treatment: Treatment, text: string | null, normalise: (text: string) => string): string | null => {
    if (text === null || treatment === "omit") return null;
    if (treatment === "keep") return text;
    if (key === null) return null;
    const normal = normalise(text);
    // What is no address and has no digit says nothing: one hash for all of them would make them the same person.
    return normal === "" ? null : createHmac("sha256", key).update(normal).digest("hex");
  };
  return (user) => ({
    ...user,
    email: treat(policy.email, user.email, normalEmail),
    phone: treat(policy.phone, user.phone, normalPhone),
    address: treat(policy.address, user.address, normalAddress),
  });
}

function normalEmail(text: string): string {
  return text.normalize("NFC").trim().toLowerCase();
}

function normalPhone(text: string): string {
  return text.normalize("NFKC").replace(/[^0-9]/g, "");
}

function normalAddress(text: string): string {
  return text.normalize("NFC").trim().replace(/\s+/g, " ").toLowerCase();
}
