import { errorText } from "./error-text.ts";
import { retryAfterMs } from "./retry-after.ts";
import { percentDecoded, secretsOf, shownUrl, withoutSecrets } from "./shown-url.ts";
import { SourceError } from "./source-error.ts";
import { userAgent } from "./user-agent.ts";

export interface HttpSettings {
  /** For the whole answer, redirects and body included, ms. */
  timeoutMs?: number;
  /** Largest body that is read, bytes after decompression. */
  maxBytes?: number;
  /** Sent with each request to the origin of the feed's own address (for authentication), never to another one. */
  headers?: Record<string, string>;
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

/** Polite GET requests for the bodies of one feed. */
export class HttpClient {
  readonly #home: URL;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;

  /** @param home the feed's own address; a user and password in it are sent as Basic authentication */
  constructor(home: URL, settings: HttpSettings = {}) {
    this.#home = home;
    this.#headers = { ...basicAuthentication(home), ...settings.headers };
    this.#timeoutMs = settings.timeoutMs ?? defaultTimeoutMs;
    this.#maxBytes = settings.maxBytes ?? defaultMaxBytes;
  }

  /**
   * Fetches a body, or learns that it is still the one of the validators.
   *
   * @param now the time of the poll, ms: what a server's dates are compared with when it sends no `Date`
   * @throws SourceError VELIB_SOURCE_UNREACHABLE, VELIB_SOURCE_TIMEOUT, VELIB_SOURCE_HTTP_STATUS or
   *   VELIB_SOURCE_TOO_LARGE; the signal's own reason when it is aborted
   */
  async get(url: URL, validators: Validators | null, now: number, signal: AbortSignal): Promise<HttpReply> {
    signal.throwIfAborted();
    // Not AbortSignal.any: its signals stay reachable from a signal that lives as long as the process.
    const stop = new AbortController();
    const forward = () => stop.abort(signal.reason);
    signal.addEventListener("abort", forward, { once: true });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      stop.abort();
    }, this.#timeoutMs);
    try {
      return await this.#follow(url, validators, now, stop.signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (timedOut) throw this.#timeout(url, error);
      if (error instanceof SourceError) throw error;
      throw new SourceError(
        "VELIB_SOURCE_UNREACHABLE",
        `cannot reach ${shownUrl(url)}: ${withoutSecrets(causeOf(error), this.#secrets(url))}; check the address and the network`,
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", forward);
    }
  }

  async #follow(url: URL, validators: Validators | null, now: number, signal: AbortSignal): Promise<HttpReply> {
    let target = url;
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const response = await fetch(bare(target), {
        headers: this.#requestHeaders(target, validators),
        redirect: "manual",
        signal,
      });
      if (response.status === 304 && validators !== null) return { kind: "unchanged" };
      const location = response.headers.get("location");
      if (!redirects.has(response.status) || location === null) return this.#judge(target, response, now, signal);
      await response.body?.cancel();
      const next = URL.parse(location, target);
      if (next === null || !/^https?:$/.test(next.protocol)) {
        throw this.#status(target, response, "it redirects to something that is not an http(s) address", now);
      }
      target = next;
    }
    throw new SourceError(
      "VELIB_SOURCE_UNREACHABLE",
      `${shownUrl(url)} redirects more than ${maxRedirects} times; give the address it ends at`,
    );
  }

  async #judge(url: URL, response: Response, now: number, signal: AbortSignal): Promise<HttpReply> {
    if (!response.ok) {
      const { body } = await this.#read(url, response, maxErrorBytes, signal, "cut");
      throw this.#status(url, response, errorText(body), now);
    }
    const { body, complete } = await this.#read(url, response, this.#maxBytes, signal, "refuse");
    const validators = { etag: response.headers.get("etag"), lastModified: response.headers.get("last-modified") };
    return { kind: "body", body, complete, validators };
  }

  /** Reads at most `maxBytes`; a longer body is cut there or refused. */
  async #read(
    url: URL,
    response: Response,
    maxBytes: number,
    signal: AbortSignal,
    longer: "cut" | "refuse",
  ): Promise<{ body: string; complete: boolean }> {
    if (longer === "refuse" && Number(response.headers.get("content-length")) > maxBytes) {
      await response.body?.cancel();
      throw tooLarge(url, maxBytes);
    }
    const decoder = new TextDecoder();
    let body = "";
    let bytes = 0;
    try {
      for await (const chunk of response.body ?? []) {
        bytes += chunk.byteLength;
        if (bytes > maxBytes && longer === "refuse") throw tooLarge(url, maxBytes);
        body += decoder.decode(chunk, { stream: true });
        if (bytes > maxBytes) break;
      }
    } catch (error) {
      // A body that breaks off is the feed's content as far as it goes: 1 of 2,289 Vélib exports is such a one.
      if (error instanceof SourceError || signal.aborted) throw error;
      // Of a compressed body the break may overtake all that was decompressed until then.
      if (bytes === 0 && !response.headers.has("content-encoding")) throw error;
      return { body: body + decoder.decode(), complete: false };
    }
    return { body: body + decoder.decode(), complete: true };
  }

  #requestHeaders(url: URL, validators: Validators | null): Headers {
    const headers = new Headers({
      accept: "application/json",
      "accept-encoding": "gzip, deflate, br",
      "user-agent": userAgent,
    });
    if (validators?.etag) headers.set("if-none-match", validators.etag);
    if (validators?.lastModified) headers.set("if-modified-since", validators.lastModified);
    const own = url.origin === this.#home.origin ? this.#headers : basicAuthentication(url);
    for (const [name, value] of Object.entries(own)) headers.set(name, value);
    return headers;
  }

  #secrets(url: URL): string[] {
    return [...secretsOf(this.#home, this.#headers), ...secretsOf(url, {})];
  }

  #timeout(url: URL, cause: unknown): SourceError {
    return new SourceError(
      "VELIB_SOURCE_TIMEOUT",
      `no complete answer from ${shownUrl(url)} within ${this.#timeoutMs / 1000} s; raise the timeout if it is slow by nature`,
      { cause },
    );
  }

  #status(url: URL, response: Response, text: string, now: number): SourceError {
    const wishMs = retryAfterMs(response.headers, response.status, now);
    const said = text === "" ? response.statusText : withoutSecrets(text, this.#secrets(url));
    const wish = wishMs === null ? "" : `; it asks to wait ${Math.ceil(wishMs / 1000)} s`;
    return new SourceError(
      "VELIB_SOURCE_HTTP_STATUS",
      `${shownUrl(url)} answered ${response.status}${said === "" ? "" : `: ${said}`}${wish}${remedyOf(response.status)}`,
      { retryAfterMs: wishMs, status: response.status },
    );
  }
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
  if (url.username === "" && url.password === "") return {};
  const pair = `${percentDecoded(url.username)}:${percentDecoded(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function tooLarge(url: URL, maxBytes: number): SourceError {
  const mebibytes = Math.round((maxBytes / 1024 / 1024) * 100) / 100;
  return new SourceError(
    "VELIB_SOURCE_TOO_LARGE",
    `the body of ${shownUrl(url)} is larger than ${mebibytes} MiB; is it the address of a station feed?`,
  );
}

/** fetch says "fetch failed" and keeps the reason in its cause; several tried addresses come as an AggregateError. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  return error.cause instanceof Error ? causeOf(error.cause) : error.message;
}
