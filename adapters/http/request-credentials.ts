import { readSecret } from "./secret-file.ts";

/** What goes with one request, and what of it must never be shown. */
export interface Authorisation {
  headers: Readonly<Record<string, string>>;
  secrets: readonly string[];
}

/** How requests to a feed's own origin are authorised. */
export interface RequestCredentials {
  /** Asked before each request. @throws SourceError VELIB_SOURCE_CREDENTIALS when there are none to be had */
  authorise(signal: AbortSignal): Promise<Authorisation>;
  /** Told that the newest were answered with 401; whether asking again may give others. */
  refused(): boolean;
}

/** A header of the feed's own making, with the file that holds its value. */
export interface HeaderFile {
  name: string;
  valueFile: string;
}

/** Headers whose values are read from their files for every request, so that a rotated one is sent at once. */
export class HeaderCredentials implements RequestCredentials {
  readonly #headers: readonly HeaderFile[];

  constructor(headers: readonly HeaderFile[]) {
    this.#headers = headers;
  }

  async authorise(): Promise<Authorisation> {
    const headers: Record<string, string> = {};
    for (const { name, valueFile } of this.#headers) headers[name] = await readSecret(valueFile);
    return { headers, secrets: Object.values(headers) };
  }

  refused(): boolean {
    return false;
  }
}

/** A token in the Authorization header (RFC 6750 §2.1), read from its file for every request. */
export class BearerCredentials implements RequestCredentials {
  readonly #tokenFile: string;

  constructor(tokenFile: string) {
    this.#tokenFile = tokenFile;
  }

  async authorise(): Promise<Authorisation> {
    return bearer(await readSecret(this.#tokenFile));
  }

  refused(): boolean {
    return false;
  }
}

export function bearer(token: string): Authorisation {
  return { headers: { authorization: `Bearer ${token}` }, secrets: [token] };
}
