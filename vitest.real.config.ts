import { defineConfig } from "vitest/config";

/** The port contracts and whole flows against real servers (test/testbed). One file at a time: they share servers. */
export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    include: ["test/real/**/*.test.ts"],
    fileParallelism: false,
    // A machine that others load misses a deadline now and then; the report shows what needed its second try.
    retry: 1,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
