import { defineConfig } from "vitest/config";

/** The image, the chart and whole pipelines on a real Kubernetes node (test/node/with-node.sh). One file at a time. */
export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    include: ["test/node/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
