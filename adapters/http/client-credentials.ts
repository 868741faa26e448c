import { causeOf } from "./cause-of.ts";
import { isObject, text } from "./json-value.ts";
import { type Authorisation, bearer, type RequestCredentials } from "./request-credentials.ts";
import { readBody } from "./response-body.ts";
import { retryAfterMs } from "./retry-after.ts";
import { isHeaderValue, readSecret } from "./secret-file.ts";
import { shownUrl, withoutSecrets } from "./shown-url.ts";
import { SourceError } from "./source-error.ts";
import { userAgent } from "./user-agent.ts";

export interface ClientCredentialsSettings {
  tokenUrl: URL;
  /** Files, read for every token that is asked for. */
  clientIdFile: string;
  clientSecretFile: string;
  scopes: readonly string[];
  /** A clock that only goes forward, ms. */
  now?: () => number;
}

interface Token {
  value: string;
  /** From when on another one is asked for, and from when on this one is of no use, by the clock, ms. */
  renewAt: number;
  expiresAt: number;
}

interface Client {
  id: string;
  secret: string;
}

/** A token is renewed when a tenth of its life is left, at most this long before its end, ms. */
const longestNoticeMs = 60_000;
/** How long after a failed renewal the token that still holds is used without another try, ms. */
const retryMs = 10_000;
const timeoutMs = 10_000;
const maxBytes = 64 * 1024;

/**
 * A token that is fetched with a client's credentials (OAuth 2.0, RFC 6749 §4.4; the client authenticates by Basic,
 * §2.3.1), kept until shortly before it expires, and fetched anew after a 401. One that says no `expires_in` is kept
 * until then. While the server that issues tokens can't be reached, the last one is used as long as it holds.
 */
export class ClientCredentials implements RequestCredentials {
  readonly #settings: ClientCredentialsSettings;
  readonly #now: () => number;
  #token: Token | null = null;

  constructor(settings: ClientCredentialsSettings) {
    this.#settings = settings;
    this.#now = settings.now ?? (() => performance.now());
  }

  async authorise(signal: AbortSignal): Promise<Authorisation> {
    const known = this.#token;
    if (known !== null && this.#now() < known.renewAt) return bearer(known.value);
    try {
      this.#token = await this.#fetch(signal);
      return bearer(this.#token.value);
    } catch (error) {
      const isUsable = known !== null && this.#now() < known.expiresAt;
      if (!isUsable || !(error instanceof SourceError)) throw error;
      known.renewAt = this.#now() + retryMs;
      return bearer(known.value);
    }
  }

  refused(): boolean {
    this.#token = null;
    return true;
  }

  async #fetch(signal: AbortSignal): Promise<Token> {
    const { tokenUrl, clientIdFile, clientSecretFile, scopes } = this.#settings;
    const client = { id: await readSecret(clientIdFile), secret: await readSecret(clientSecretFile) };
    const parameters = new URLSearchParams({ grant_type: "client_credentials" });
    if (scopes.length > 0) parameters.set("scope", scopes.join(" "));
    const askedAt = this.#now();
    // `signal` is that of one request: nothing is left behind at one that lives as long as the process.
    const patience = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const response = await fetch(tokenUrl, {
        method: "POST",
        headers: { accept: "application/json", authorization: basic(client), "user-agent": userAgent },
        body: parameters,
        // The secret goes to the configured address and nowhere else.
        redirect: "manual",
        signal: patience,
      });
      const { body } = await readBody(tokenUrl, response, maxBytes, patience, "cut");
      if (response.status !== 200) throw this.#refusal(response, body, client);
      return tokenIn(body, askedAt) ?? fail(tokenUrl, "its answer has no bearer token");
    } catch (error) {
      if (signal.aborted || error instanceof SourceError) throw error;
      const why = patience.aborted ? `no answer within ${timeoutMs / 1000} s` : causeOf(error);
      return fail(tokenUrl, withoutSecrets(why, secretsOf(client)), { cause: error });
    }
  }

  /** `{error, error_description}` of RFC 6749 §5.2, without what the server quotes of the credentials. */
  #refusal(response: Response, body: string, client: Client): SourceError {
    const { error, error_description: description } = objectIn(body) ?? {};
    const said = [text(error), text(description)].filter((part) => part !== null).join(": ");
    const shown = said === "" ? "" : `: ${withoutSecrets(said, secretsOf(client)).slice(0, 200)}`;
    const wishMs = retryAfterMs(response.headers, response.status, Date.now());
    return failure(this.#settings.tokenUrl, `it answered ${response.status}${shown}`, { retryAfterMs: wishMs });
  }
}

/** The token of a successful answer (RFC 6749 §5.1); null when there is none that can be sent. */
function tokenIn(body: string, askedAt: number): Token | null {
  const { access_token: value, token_type: type, expires_in: seconds } = objectIn(body) ?? {};
  if (typeof value !== "string" || !isHeaderValue(value)) return null;
  if (typeof type !== "string" || type.toLowerCase() !== "bearer") return null;
  const lifeMs = 1000 * Number(seconds ?? Number.POSITIVE_INFINITY);
  if (!(lifeMs > 0)) return null;
  const expiresAt = askedAt + lifeMs;
  return { value, expiresAt, renewAt: expiresAt - Math.min(longestNoticeMs, lifeMs / 10) };
}

function objectIn(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Basic authentication with both parts form-encoded before, as RFC 6749 §2.3.1 has it. */
function basic({ id, secret }: Client): string {
  return `Basic ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString("base64")}`;
}

function formEncoded(value: string): string {
  return new URLSearchParams({ v: value }).toString().slice(2);
}

function secretsOf(client: Client): string[] {
  return [client.secret, formEncoded(client.secret), basic(client), basic(client).slice("Basic ".length)];
}

function fail(tokenUrl: URL, why: string, details: { cause?: unknown } = {}): never {
  throw failure(tokenUrl, why, details);
}

function failure(
  tokenUrl: URL,
  why: string,
  details: { cause?: unknown; retryAfterMs?: number | null } = {},
): SourceError {
  const message = `no token from ${shownUrl(tokenUrl)}: ${why}; check the address, the client's id and secret, and the scopes`;
  return new SourceError("VELIB_SOURCE_CREDENTIALS", message, details);
}
