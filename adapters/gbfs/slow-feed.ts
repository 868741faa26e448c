import type { HttpClient } from "../http/http-client.ts";
import type { Decoded } from "../http/json-body.ts";
import { RemoteDocument } from "../http/remote-document.ts";
import { SourceError } from "../http/source-error.ts";
import { ttlOf } from "./gbfs-value.ts";

/** A body of a feed with the `ttl` it gives itself. */
interface Timed<T> {
  value: T;
  ttlMs: number | null;
}

export interface Period {
  /** For a feed that gives no `ttl`, ms. */
  defaultMs: number;
  /** The feed is not asked more often than this, ms, whatever its `ttl`. */
  leastMs: number;
}

/** A feed that changes rarely, fetched again only when its own `ttl` has passed. */
export class SlowFeed<T> {
  readonly url: URL;
  readonly #document: RemoteDocument<Timed<T>>;
  readonly #period: Period;
  #known: { value: T; freshUntil: number } | null = null;

  constructor(client: HttpClient, url: URL, decode: (body: unknown) => Decoded<T>, period: Period) {
    this.url = url;
    this.#document = new RemoteDocument(client, url, (body) => {
      const decoded = decode(body);
      return "problem" in decoded ? decoded : { value: { value: decoded.value, ttlMs: ttlOf(body) } };
    });
    this.#period = period;
  }

  /**
   * The newest content. Once there is one, a feed that fails keeps it and is asked again at the next poll: what a
   * network says about its stations is not worth losing their status for.
   *
   * @throws as `HttpClient.get` while there is none
   */
  async current(at: number, signal: AbortSignal): Promise<Decoded<T>> {
    if (this.#known !== null && at < this.#known.freshUntil) return this.#known;
    try {
      const fetched = await this.#document.read(at, signal);
      if ("problem" in fetched) return this.#known ?? fetched;
      const { value, ttlMs } = fetched.value;
      this.#known = { value, freshUntil: at + Math.max(ttlMs ?? this.#period.defaultMs, this.#period.leastMs) };
      return this.#known;
    } catch (error) {
      if (this.#known !== null && error instanceof SourceError) return this.#known;
      throw error;
    }
  }

  /** Has the feed asked again at the next poll. */
  expire(): void {
    if (this.#known !== null) this.#known.freshUntil = Number.NEGATIVE_INFINITY;
  }
}
