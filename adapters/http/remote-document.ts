import type { HttpClient, Validators } from "./http-client.ts";
import { type Decoded, parseJson } from "./json-body.ts";

/**
 * A JSON document at one URL that is asked for again and again: while the server says that it did not change, what
 * was decoded from it stays. The validators are those of the last body that could be decoded, so that a broken one is
 * never taken for known.
 */
export class RemoteDocument<T> {
  readonly url: URL;
  readonly #client: HttpClient;
  readonly #decode: (body: unknown) => Decoded<T>;
  #known: { value: T; validators: Validators } | null = null;

  constructor(client: HttpClient, url: URL, decode: (body: unknown) => Decoded<T>) {
    this.url = url;
    this.#client = client;
    this.#decode = decode;
  }

  /** @throws as `HttpClient.get` */
  async read(now: number, signal: AbortSignal): Promise<Decoded<T>> {
    const reply = await this.#client.get(this.url, this.#validators(), now, signal);
    if (reply.kind === "unchanged") return this.#known!;
    const body = parseJson(reply.body, reply.complete);
    if ("problem" in body) return body;
    const decoded = this.#decode(body.value);
    if ("value" in decoded) this.#known = { value: decoded.value, validators: reply.validators };
    return decoded;
  }

  #validators(): Validators | null {
    if (this.#known === null) return null;
    const { etag, lastModified } = this.#known.validators;
    return etag === null && lastModified === null ? null : this.#known.validators;
  }
}
