import { VelibError } from "../../core/errors.ts";
import type { UsersApi, UsersPage } from "../../core/users/users-api.ts";
import { HttpClient, type HttpSettings } from "../http/http-client.ts";
import { secretsOf, shownUrl } from "../http/shown-url.ts";
import { decodeUsersBody } from "./users-body.ts";

export interface RandomUserSettings extends HttpSettings {
  /** Users a call, 1 to `mostResults`. */
  results: number;
  /** Codes of nationalities (`fr`, `gb`); absent or empty: any. */
  nationalities?: readonly string[];
  /** Makes the people the same again: the calls ask for page 1, 2, … of this seed. Absent: others at each call. */
  seed?: string;
}

/** The API answers a larger number with one user. */
export const mostResults = 5_000;

/** Newly registered users of an API in the form of randomuser.me 1.4. */
export class RandomUserApi implements UsersApi {
  readonly description: string;
  readonly #url: URL;
  readonly #client: HttpClient;
  readonly #secrets: string[];
  readonly #seeded: boolean;
  #page = 1;

  /** @throws VelibError VELIB_CONFIG_INVALID for a number of results that the API does not give */
  constructor(url: URL, settings: RandomUserSettings) {
    const { results, nationalities = [], seed } = settings;
    if (!Number.isInteger(results) || results < 1 || results > mostResults) {
      const message = `users: results is ${results}; give a whole number from 1 to ${mostResults}`;
      throw new VelibError("VELIB_CONFIG_INVALID", message);
    }
    this.description = shownUrl(url);
    this.#client = new HttpClient(url, settings);
    this.#secrets = secretsOf(url);
    this.#url = new URL(url);
    this.#url.searchParams.set("results", String(results));
    if (nationalities.length > 0) this.#url.searchParams.set("nat", nationalities.join(","));
    if (seed !== undefined) this.#url.searchParams.set("seed", seed);
    this.#seeded = seed !== undefined;
  }

  async fetch(at: number, signal: AbortSignal): Promise<UsersPage> {
    if (this.#seeded) this.#url.searchParams.set("page", String(this.#page));
    const reply = await this.#client.get(this.#url, null, at, signal);
    // Without validators no server says "unchanged".
    if (reply.kind === "unchanged") return { at, users: [], deadLetters: [], readable: true };
    const page = decodeUsersBody(reply.body, reply.complete, at, this.#secrets);
    if (page.readable) this.#page++;
    return page;
  }
}
