import { defineConfig } from "vitest/config";

/** The port contracts and whole flows against real servers (test/testbed). One file at a time: they share servers. */
export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    include: ["test/real/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
