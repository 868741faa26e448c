import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { VelibError } from "../../core/errors.ts";
import type { BatchFile } from "./batch-result.ts";

const workPrefix = ".velib-batch-";
const dayMs = 86_400_000;

/**
 * The folder that batches write into. Work is done in a folder inside it and moved file by file: a reader sees the old
 * file or the new one, never a part.
 */
export class OutputFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes a folder to work in, and removes those that a killed batch left behind a day ago or earlier.
   * @param now ms
   * @throws VelibError VELIB_OUTPUT_UNWRITABLE
   */
  async begin(now: number): Promise<string> {
    try {
      await mkdir(this.path, { recursive: true });
      for (const name of await readdir(this.path)) {
        if (!name.startsWith(workPrefix)) continue;
        const left = join(this.path, name);
        const { mtimeMs } = await stat(left);
        if (now - mtimeMs > dayMs) await rm(left, { recursive: true, force: true });
      }
      return await mkdtemp(join(this.path, workPrefix));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new VelibError("VELIB_OUTPUT_UNWRITABLE", `--out ${this.path}: ${why}; give a folder that can be written`, {
        cause,
      });
    }
  }

  /** Moves a finished file to its place, over what was there, and tells its size and digest. */
  async place(file: string, parts: readonly string[], rows: number): Promise<BatchFile> {
    const to = join(this.path, ...parts);
    const sha256 = await digestOf(file);
    const { size } = await stat(file);
    await flush(file);
    await mkdir(dirname(to), { recursive: true });
    await rename(file, to);
    await flush(dirname(to));
    return { path: relative(this.path, to), rows, bytes: size, sha256 };
  }

  /** Removes what an earlier run wrote and this one can't. */
  async remove(parts: readonly string[]): Promise<void> {
    await rm(join(this.path, ...parts), { force: true });
  }

  /** Writes a text to its place by way of the work folder. */
  async placeText(text: string, work: string, parts: readonly string[]): Promise<void> {
    const file = join(work, "text");
    await writeFile(file, text);
    await this.place(file, parts, 0);
  }
}

/** To the disk: a rename that outlives a power cut must not give an empty file. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
