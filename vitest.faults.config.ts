import { defineConfig } from "vitest/config";

/** Faults on real servers of its own (test/testbed): all of them, or with VELIB_FAULTS=slice one or two of each kind. */
export default defineConfig({
  test: {
    reporters: ["verbose", "./test/closing-line.ts"],
    include: ["test/faults/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
