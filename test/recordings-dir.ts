import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Folder of the real recordings: `VELIB_DATA_DIR`, else `../shared/data` beside the project; null when absent. */
export function recordingsDir(): string | null {
  const dir = process.env.VELIB_DATA_DIR ?? resolve(root, "../shared/data");
  return existsSync(resolve(dir, "paris-2024-11")) ? dir : null;
}
