import { defineConfig } from "vitest/config";

/** Unit tests beside their files, and the embedded platform end to end; nothing outside this machine is needed. */
export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    include: [
      "{core,adapters,services,operator,charts}/**/*.test.ts",
      "{test/e2e,test/integration,test/testbed,bench}/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
