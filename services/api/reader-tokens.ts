import { createHash, timingSafeEqual } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { VelibError } from "../../core/errors.ts";

/** How long a reading of the folder serves, ms: a kubelet takes up to a minute to bring a changed Secret anyway. */
const rereadMs = 2_000;

/**
 * The readers of the API: a folder with a file for each, as a Kubernetes Secret is mounted. The file's name is the
 * reader's, its content the token; a line break at its end does not count. Files that come, change or go count from
 * the next requests on. While the folder can't be read, those known last stay.
 */
export class ReaderTokens {
  readonly #folder: string;
  readonly #logger: Pick<Logger, "info" | "warn">;
  readonly #now: () => number;
  /** SHA-256 of each token by reader: of equal length, and no token is kept in memory. */
  #digests: ReadonlyMap<string, Buffer>;
  #readAt: number;
  #reading: Promise<void> | null = null;

  private constructor(
    folder: string,
    digests: ReadonlyMap<string, Buffer>,
    logger: Pick<Logger, "info" | "warn">,
    now: () => number,
  ) {
    this.#folder = folder;
    this.#digests = digests;
    this.#logger = logger;
    this.#now = now;
    this.#readAt = now();
  }

  /**
   * @param now a clock that only goes forward, ms
   * @throws VelibError VELIB_CONFIG_UNREADABLE when the folder or a file of it can't be read
   */
  static async open(
    folder: string,
    logger: Pick<Logger, "info" | "warn">,
    now: () => number = () => performance.now(),
  ): Promise<ReaderTokens> {
    const digests = await digestsIn(folder);
    if (digests.size === 0) logger.warn({ folder }, "the folder of the API's tokens is empty: nobody may read");
    return new ReaderTokens(folder, digests, logger, now);
  }

  /** Whose token it is; null when it is nobody's. The time it takes does not tell how much of a token is right. */
  async readerOf(token: string): Promise<string | null> {
    await this.#renew();
    const digest = digestOf(token);
    let found: string | null = null;
    for (const [reader, known] of this.#digests) if (timingSafeEqual(known, digest)) found = reader;
    return found;
  }

  async #renew(): Promise<void> {
    if (this.#now() - this.#readAt < rereadMs) return;
    this.#reading ??= this.#read().finally(() => {
      this.#readAt = this.#now();
      this.#reading = null;
    });
    await this.#reading;
  }

  async #read(): Promise<void> {
    try {
      const digests = await digestsIn(this.#folder);
      if (!sameDigests(digests, this.#digests)) this.#logger.info({ readers: [...digests.keys()] }, "API tokens read");
      this.#digests = digests;
    } catch (error) {
      if (!(error instanceof VelibError)) throw error;
      this.#logger.warn({ code: error.code, reason: error.message }, "API tokens can't be read, the last ones stay");
    }
  }
}

/** @throws VelibError VELIB_CONFIG_UNREADABLE */
async function digestsIn(folder: string): Promise<Map<string, Buffer>> {
  const digests = new Map<string, Buffer>();
  try {
    for (const reader of (await readdir(folder)).sort()) {
      const path = join(folder, reader);
      // What begins with a dot is the mount's own: `..data` and the folder it leads to.
      if (reader.startsWith(".") || !(await stat(path)).isFile()) continue;
      const token = (await readFile(path, "utf8")).replace(/\r?\n$/, "");
      if (token !== "") digests.set(reader, digestOf(token));
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VelibError(
      "VELIB_CONFIG_UNREADABLE",
      `http.authentication.bearerTokensFolder ${folder}: ${why}; give a readable folder of files`,
      { cause },
    );
  }
  return digests;
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function sameDigests(a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>): boolean {
  return a.size === b.size && [...a].every(([reader, digest]) => b.get(reader)?.equals(digest) === true);
}
