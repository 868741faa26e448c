import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);
/** Bodies kept, bytes: a few feeds of a large city, or all of an ordinary one. */
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

/** The newest bodies by what they show, so that many clients cost one rendering a publication. */
export class EncodedBodies {
  readonly #bodies = new Map<string, EncodedBody>();
  #bytes = 0;

  /** @param key names the content: equal keys, equal text */
  get(key: string, render: () => string): EncodedBody {
    const known = this.#bodies.get(key);
    if (known !== undefined) {
      return known;
    }
    const body = encodeBody(render());
    this.#bodies.set(key, body);
    this.#bytes += body.raw.length;
    for (const [oldest, { raw }] of this.#bodies) {
      if (this.#bytes <= keptBytes) {
        break;
      }
      this.#bodies.delete(oldest);
      this.#bytes -= raw.length;
    }
    return body;
  }
}
