import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Folder of the real recordings: `VELIB_DATA_DIR`, else `../shared/data` beside the project; null when absent. */
export function recordingsDir(): string | null {
  const dir = process.env.VELIB_DATA_DIR ?? resolve(root, "../shared/data");
  return existsSync(resolve(dir, "paris-2024-11")) ? dir : null;
}

/**
 * Tests on the real recordings. Where these are absent the suite is skipped by name, or fails with REQUIRE_REAL=1.
 */
export function describeWithRecordings(name: string, suite: (dir: string) => void): void {
  const dir = recordingsDir();
  if (dir !== null) {
    describe(name, () => suite(dir));
    return;
  }
  if (process.env.REQUIRE_REAL === "1") {
    throw new Error(`${name}: the recordings are absent; set VELIB_DATA_DIR or place them in ../shared/data`);
  }
  describe.skip(`${name} [recordings absent: set VELIB_DATA_DIR]`, () => suite(""));
}
