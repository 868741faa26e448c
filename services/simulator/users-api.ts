import { hash32, RandomStream } from "../../core/simulation/random.ts";
import type { Gender } from "./person.ts";
import { person } from "./person.ts";
import { isNationality, nationalities } from "./person-names.ts";

const mostResults = 5000;
const version = "1.4";

/** A page of made-up users in the form of randomuser.me 1.4. */
export interface UsersBody {
  results: Record<string, unknown>[];
  info: { seed: string; results: number; page: number; version: string };
}

/**
 * Answers `GET /api/?results=n&nat=fr&seed=s`, with `page`, `gender`, `inc` and `exc`: equal parameters give equal
 * people. As the original, it answers a number of results outside 1 to 5,000 with one, and ignores a value that it
 * does not know.
 * @param freshSeed the seed of an answer for which none was asked
 * @param at the time the ages are told for, ms
 * @param pictures URL of the folder of portraits
 */
export function usersBody(parameters: URLSearchParams, freshSeed: string, at: number, pictures: string): UsersBody {
  const results = wholeNumber(parameters.get("results"), 1, mostResults);
  const page = wholeNumber(parameters.get("page"), 1, 10_000);
  const seed = parameters.get("seed") || freshSeed;
  const asked = listOf(parameters.get("nat")).filter(isNationality);
  const among = asked.length > 0 ? asked : nationalities;
  const gender = parameters.get("gender");
  const fields = fieldFilter(listOf(parameters.get("inc")), listOf(parameters.get("exc")));
  const words = [hashText(seed), hashText(among.join()), hashText(gender ?? "")];
  return {
    results: Array.from({ length: results }, (_, index) => {
      const random = new RandomStream(...words, page, index);
      const nationality = among[random.below(among.length)]!;
      return fields(person(random, nationality, genderOf(gender, random), at, pictures));
    }),
    info: { seed, results, page, version },
  };
}

function wholeNumber(given: string | null, least: number, most: number): number {
  const value = Number(given ?? least);
  return Number.isInteger(value) && value >= least && value <= most ? value : least;
}

function listOf(given: string | null): string[] {
  return (given ?? "")
    .toLowerCase()
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function genderOf(asked: string | null, random: RandomStream): Gender {
  const drawn = random.share() < 0.5 ? "male" : "female";
  return asked === "male" || asked === "female" ? asked : drawn;
}

function fieldFilter(include: string[], exclude: string[]): (user: Record<string, unknown>) => Record<string, unknown> {
  if (include.length === 0 && exclude.length === 0) {
    return (user) => user;
  }
  const wanted = (field: string) => (include.length === 0 || include.includes(field)) && !exclude.includes(field);
  return (user) => Object.fromEntries(Object.entries(user).filter(([field]) => wanted(field)));
}

function hashText(text: string): number {
  return hash32(...Array.from(text, (character) => character.codePointAt(0)!));
}
