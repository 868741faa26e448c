import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import { VelibError } from "../../core/errors.ts";
import type { ApiServer } from "./deps.ts";

/**
 * Serves the built console at `/`. Files below `assets/` carry a hash of their content in their name.
 * @throws VelibError VELIB_CONSOLE_NOT_BUILT
 */
export function addConsole(app: ApiServer, dir: string): void {
  if (!existsSync(join(dir, "index.html"))) {
    throw new VelibError("VELIB_CONSOLE_NOT_BUILT", `console: no index.html in ${dir}; build it with npm run build`);
  }
  app.register(fastifyStatic, {
    root: dir,
    cacheControl: false,
    setHeaders(reply, path) {
      const hashed = path.startsWith(join(dir, "assets"));
      reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}
