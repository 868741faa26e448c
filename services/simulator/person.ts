import { createHash } from "node:crypto";
import type { RandomStream } from "../../core/simulation/random.ts";
import type { Nationality, PersonNames } from "./person-names.ts";
import { personNames } from "./person-names.ts";

const dayMs = 86_400_000;
const yearMs = 365.2425 * dayMs;
const secretWords = [
  "bicycle",
  "saddle",
  "pedal",
  "spoke",
  "lantern",
  "harbour",
  "willow",
  "copper",
  "meadow",
  "comet",
];

export type Gender = "male" | "female";

/**
 * A made-up person as randomuser.me 1.4 describes one. E-mail addresses, telephone numbers and identity numbers lie
 * in ranges that are kept free for fiction, so that they can be nobody's.
 * @param at the time the ages are told for, ms
 * @param pictures URL of the folder of portraits
 */
export function person(
  random: RandomStream,
  nationality: Nationality,
  gender: Gender,
  at: number,
  pictures: string,
): Record<string, unknown> {
  const names: PersonNames = personNames[nationality];
  const first = pick(names[gender], random);
  const last = pick(names.family, random);
  const [city, state] = pick(names.cities, random);
  const born = Math.floor(Date.UTC(1945, 0) + random.share() * 60 * yearMs);
  const registered = Math.floor(Date.UTC(2008, 0) + random.share() * 14 * yearMs);
  const portrait = `${gender === "male" ? "men" : "women"}/${random.below(100)}.svg`;
  return {
    gender,
    name: { title: names.titles[gender], first, last },
    location: {
      street: { number: 1 + random.below(9999), name: pick(names.streets, random) },
      city,
      state,
      country: names.country,
      postcode: postcode(nationality, random),
      coordinates: { latitude: degrees(90, random), longitude: degrees(180, random) },
      timezone: names.timezone,
    },
    email: `${plain(first)}.${plain(last)}@example.com`,
    login: login(random),
    dob: { date: new Date(born).toISOString(), age: wholeYears(born, at) },
    registered: { date: new Date(registered).toISOString(), age: wholeYears(registered, at) },
    phone: phone(nationality, "landline", random),
    cell: phone(nationality, "mobile", random),
    id: { name: names.idName, value: identity(nationality, gender, born, random) },
    picture: {
      large: `${pictures}/${portrait}`,
      medium: `${pictures}/med/${portrait}`,
      thumbnail: `${pictures}/thumb/${portrait}`,
    },
    nat: nationality.toUpperCase(),
  };
}

function pick<T>(list: readonly T[], random: RandomStream): T {
  return list[random.below(list.length)]!;
}

function digits(count: number, random: RandomStream): string {
  return Array.from({ length: count }, () => random.below(10)).join("");
}

function degrees(most: number, random: RandomStream): string {
  return ((2 * random.share() - 1) * most).toFixed(4);
}

function wholeYears(from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / yearMs));
}

/** Number or text, as in the original: text where it has letters or would lose a leading zero. */
function postcode(nationality: Nationality, random: RandomStream): number | string {
  if (nationality === "gb") {
    return `${pick(["LS", "BS", "YO", "NR"], random)}${1 + random.below(9)} ${random.below(10)}${pick(["AA", "BB", "XZ"], random)}`;
  }
  const code = `${digits(1, random)}${1 + random.below(9)}${digits(3, random)}`;
  return code.startsWith("0") ? code : Number(code);
}

/** Ranges for fiction: Arcep (01 99 00, 06 39 98), Ofcom (01632 960, 07700 900), Bundesnetzagentur (030 23125, 0176 040690). */
function phone(nationality: Nationality, line: "landline" | "mobile", random: RandomStream): string {
  switch (nationality) {
    case "fr":
      return `${line === "landline" ? "01-99-00" : "06-39-98"}-${digits(2, random)}-${digits(2, random)}`;
    case "gb":
      return `${line === "landline" ? "01632 960" : "07700 900"}${digits(3, random)}`;
    case "de":
      return `${line === "landline" ? "030-23125" : "0176-040690"}${digits(line === "landline" ? 3 : 2, random)}`;
  }
}

/** No country gives out such numbers; about one in twelve people has none. */
function identity(nationality: Nationality, gender: Gender, born: number, random: RandomStream): string | null {
  const number = digits(6, random);
  if (random.share() < 1 / 12) {
    return null;
  }
  const [, year = "", month = ""] = /^\d\d(\d\d)-(\d\d)/.exec(new Date(born).toISOString()) ?? [];
  switch (nationality) {
    case "fr":
      return `${gender === "male" ? 1 : 2}${year}${month}00${number} 00`;
    case "gb":
      return `QQ ${number.slice(0, 2)} ${number.slice(2, 4)} ${number.slice(4)} Z`;
    case "de":
      return `00 ${year}${month}00 X ${number.slice(0, 3)}`;
  }
}

function login(random: RandomStream): Record<string, string> {
  const password = `${pick(secretWords, random)}${random.below(100)}`;
  const salt = random.word().toString(36).padStart(8, "0").slice(-8);
  const digest = (algorithm: string) =>
    createHash(algorithm)
      .update(password + salt)
      .digest("hex");
  return {
    uuid: uuid(random),
    username: `${pick(secretWords, random)}${pick(secretWords, random)}${random.below(1000)}`,
    password,
    salt,
    md5: digest("md5"),
    sha1: digest("sha1"),
    sha256: digest("sha256"),
  };
}

/** A UUID of version 4 (RFC 9562 §5.4) from the stream. */
function uuid(random: RandomStream): string {
  const hex = Array.from({ length: 4 }, () => random.word().toString(16).padStart(8, "0")).join("");
  const variant = "89ab"[random.below(4)];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Letters an e-mail address is written with: "Élise Le Roy" → "eliseleroy". */
function plain(name: string): string {
  return name
    .normalize("NFD")
    .replace(/ß/g, "ss")
    .replace(/[^A-Za-z]/g, "")
    .toLowerCase();
}
