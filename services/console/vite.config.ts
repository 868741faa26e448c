import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** `vite build services/console` writes `dist/`, which the API serves; `vite services/console` develops against it. */
export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses: the console also works below a path prefix (an ingress at /paris/).
  base: "./",
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // A data: URL would need its own exception in the content security policy.
    assetsInlineLimit: 0,
    // MapLibre is one indivisible module; it is loaded apart from the page (see src/panels/map-view.svelte).
    chunkSizeWarningLimit: 1200,
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/v1": "http://127.0.0.1:8080", "/docs": "http://127.0.0.1:8080" },
  },
});
