import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);
/** Bodies kept, bytes at most: all feeds of an ordinary city twice. */
const keptBytes = 8 * 1024 * 1024;

/** A body as it goes over the wire. */
export interface EncodedBody {
  raw: Buffer;
  /** Strong validator (RFC 9110 §8.8.3): a digest of the content. */
  etag: string;
  gzip: Promise<Buffer> | null;
}

export function encodeBody(content: string | Buffer): EncodedBody {
  const raw = typeof content === "string" ? Buffer.from(content) : content;
  return { raw, etag: `"${createHash("sha1").update(raw).digest("base64url")}"`, gzip: null };
}

/** The body compressed, once for all who ask. */
export function gzipped(body: EncodedBody): Promise<Buffer> {
  body.gzip ??= compress(body.raw, { level: 6 });
  return body.gzip;
}

/** The bodies of the newest publications, so that many clients cost one rendering each. */
export class EncodedBodies {
  readonly #bodies = new Map<string, { publication: number; body: EncodedBody }>();
  /** Two: the prompt replica's and the late one's. */
  #publications: number[] = [];
  #bytes = 0;

  /**
   * @param publication time of what the body shows, ms
   * @param name names the content: equal names within a publication, equal text
   */
  get(publication: number, name: string, render: () => string): EncodedBody {
    const key = `${publication} ${name}`;
    const known = this.#bodies.get(key);
    if (known !== undefined) {
      return known.body;
    }
    const body = encodeBody(render());
    this.#bodies.set(key, { publication, body });
    this.#bytes += body.raw.length;
    if (!this.#publications.includes(publication)) {
      this.#publications = [publication, ...this.#publications.slice(0, 1)];
    }
    this.#forget();
    return body;
  }

  #forget(): void {
    for (const [key, { publication, body }] of this.#bodies) {
      if (this.#bytes > keptBytes || !this.#publications.includes(publication)) {
        this.#bodies.delete(key);
        this.#bytes -= body.raw.length;
      }
    }
  }
}
