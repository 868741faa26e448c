import { describe } from "vitest";
import { recordingsDir } from "./recordings-dir.ts";

export { recordingsDir } from "./recordings-dir.ts";

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
