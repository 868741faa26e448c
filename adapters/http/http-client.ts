import { causeOf } from "./cause-of.ts";
import { errorText } from "./error-text.ts";
import type { RequestCredentials } from "./request-credentials.ts";
import { readBody } from "./response-body.ts";
import { retryAfterMs } from "./retry-after.ts";
import { basicPair, secretsOf, shownUrl, withoutSecrets } from "./shown-url.ts";
import { SourceError } from "./source-error.ts";
import { userAgent } from "./user-agent.ts";

export interface HttpSettings {
  /** For the whole answer, redirects and body included, ms. */
  timeoutMs?: number;
  /** Largest body that is read, bytes after decompression. */
  maxBytes?: number;
  /** They go with each request to the origin of the feed's own address, never to another one. */
  credentials?: RequestCredentials;
}

/** What a server said to recognise a body by (RFC 9110 §8.8), sent back with the next request. */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

export type HttpReply =
  | { kind: "unchanged" }
  /** `complete` is false when the connection broke off within the body. */
  | { kind: "body"; body: string; complete: boolean; validators: Validators };

const defaultTimeoutMs = 20_000;
const defaultMaxBytes = 64 * 1024 * 1024;
const maxErrorBytes = 16 * 1024;
const maxRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);
/** A secret that is shorter is not looked for in a feed's content: it may be content. */
const leastSoughtLength = 8;

/** Polite GET requests for the bodies of one feed. */
export class HttpClient {
  readonly #home: URL;
  readonly #credentials: RequestCredentials | null;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;

  /** @param home the feed's own address; a user and password in it are sent as Basic authentication */
  constructor(home: URL, settings: HttpSettings = {}) {
    this.#home = home;
    this.#credentials = settings.credentials ?? null;
    this.#timeoutMs = settings.timeoutMs ?? defaultTimeoutMs;
    this.#maxBytes = settings.maxBytes ?? defaultMaxBytes;
  }

  /**
   * Fetches a body, or learns that it is still the one of the validators.
   *
   * @param now the time of the poll, ms: what a server's dates are compared with when it sends no `Date`
   * @returns a body in which the secrets of the request are masked: what can't be used of it is kept and shown
   * @throws SourceError VELIB_SOURCE_UNREACHABLE, VELIB_SOURCE_TIMEOUT, VELIB_SOURCE_HTTP_STATUS,
   *   VELIB_SOURCE_TOO_LARGE or VELIB_SOURCE_CREDENTIALS; the signal's own reason when it is aborted
   */
  async get(url: URL, validators: Validators | null, now: number, signal: AbortSignal): Promise<HttpReply> {
    signal.throwIfAborted();
    // Not AbortSignal.any: its signals stay reachable from a signal that lives as long as the process.
    const stop = new AbortController();
    const forward = () => stop.abort(signal.reason);
    signal.addEventListener("abort", forward, { once: true });
    const secrets = [...secretsOf(this.#home), ...secretsOf(url)];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      stop.abort();
    }, this.#timeoutMs);
    try {
      return await this.#follow(url, validators, now, secrets, stop.signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (timedOut) throw this.#timeout(url, error);
      if (error instanceof SourceError) throw error;
      throw new SourceError(
        "VELIB_SOURCE_UNREACHABLE",
        `cannot reach ${shownUrl(url)}: ${withoutSecrets(causeOf(error), secrets)}; check the address and the network`,
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", forward);
    }
  }

  /** @param secrets takes up what a request carries and must not be shown */
  async #follow(
    url: URL,
    validators: Validators | null,
    now: number,
    secrets: string[],
    signal: AbortSignal,
  ): Promise<HttpReply> {
    let target = url;
    let mayRenew = true;
    for (let hop = 0; hop <= maxRedirects; ) {
      const headers = await this.#requestHeaders(target, validators, secrets, signal);
      const response = await fetch(bare(target), { headers, redirect: "manual", signal });
      if (response.status === 304 && validators !== null) return { kind: "unchanged" };
      if (response.status === 401 && mayRenew && this.#authorises(target)?.refused()) {
        mayRenew = false;
        await response.body?.cancel();
        continue;
      }
      const location = response.headers.get("location");
      if (!redirects.has(response.status) || location === null) {
        return this.#judge(target, response, now, secrets, signal);
      }
      await response.body?.cancel();
      const next = URL.parse(location, target);
      if (next === null || !/^https?:$/.test(next.protocol)) {
        throw statusError(target, response, "it redirects to something that is not an http(s) address", now);
      }
      target = next;
      hop++;
    }
    throw new SourceError(
      "VELIB_SOURCE_UNREACHABLE",
      `${shownUrl(url)} redirects more than ${maxRedirects} times; give the address it ends at`,
    );
  }

  async #judge(
    url: URL,
    response: Response,
    now: number,
    secrets: readonly string[],
    signal: AbortSignal,
  ): Promise<HttpReply> {
    if (!response.ok) {
      const { body } = await readBody(url, response, maxErrorBytes, signal, "cut");
      throw statusError(url, response, errorText(withoutSecrets(body, secrets)), now);
    }
    const { body, complete } = await readBody(url, response, this.#maxBytes, signal, "refuse");
    const sought = secrets.filter((secret) => secret.length >= leastSoughtLength);
    const validators = { etag: response.headers.get("etag"), lastModified: response.headers.get("last-modified") };
    return { kind: "body", body: withoutSecrets(body, sought), complete, validators };
  }

  async #requestHeaders(
    url: URL,
    validators: Validators | null,
    secrets: string[],
    signal: AbortSignal,
  ): Promise<Headers> {
    const headers = new Headers({
      accept: "application/json",
      "accept-encoding": "gzip, deflate, br",
      "user-agent": userAgent,
      ...basicAuthentication(url.origin === this.#home.origin ? this.#home : url),
    });
    if (validators?.etag) headers.set("if-none-match", validators.etag);
    if (validators?.lastModified) headers.set("if-modified-since", validators.lastModified);
    const own = await this.#authorises(url)?.authorise(signal);
    secrets.push(...secretsOf(url), ...(own?.secrets ?? []));
    for (const [name, value] of Object.entries(own?.headers ?? {})) headers.set(name, value);
    return headers;
  }

  /** The credentials that a request to an address carries; null where it is not the feed's own origin. */
  #authorises(url: URL): RequestCredentials | null {
    return url.origin === this.#home.origin ? this.#credentials : null;
  }

  #timeout(url: URL, cause: unknown): SourceError {
    return new SourceError(
      "VELIB_SOURCE_TIMEOUT",
      `no complete answer from ${shownUrl(url)} within ${this.#timeoutMs / 1000} s; raise the timeout if it is slow by nature`,
      { cause },
    );
  }
}

function statusError(url: URL, response: Response, text: string, now: number): SourceError {
  const wishMs = retryAfterMs(response.headers, response.status, now);
  const said = text === "" ? response.statusText : text;
  const wish = wishMs === null ? "" : `; it asks to wait ${Math.ceil(wishMs / 1000)} s`;
  return new SourceError(
    "VELIB_SOURCE_HTTP_STATUS",
    `${shownUrl(url)} answered ${response.status}${said === "" ? "" : `: ${said}`}${wish}${remedyOf(response.status)}`,
    { retryAfterMs: wishMs, status: response.status },
  );
}

function remedyOf(status: number): string {
  if (status === 401 || status === 403) return "; check the credentials";
  if (status === 429) return "; poll less often";
  return status >= 500 ? "; the server has a fault, it is tried again" : "; check the address";
}

/** fetch refuses addresses with a user in them. */
function bare(url: URL): URL {
  const address = new URL(url);
  address.username = "";
  address.password = "";
  return address;
}

function basicAuthentication(url: URL): Record<string, string> {
  const pair = basicPair(url);
  return pair === "" ? {} : { authorization: `Basic ${pair}` };
}
