import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "vite";

const root = join(import.meta.dirname, "..");

/**
 * Packages that stay packages: DuckDB is a native library, H3's 6 MB are loaded by who needs them, and the API's page
 * is files.
 */
const apart = ["@duckdb/node-api", "@duckdb/node-bindings", "h3-js"];

/**
 * Writes `velib` as one file, with what it reads beside it, into a folder that runs by Node alone. The file lies as
 * deep as the source it is made of, so that paths relative to the code (`../console/dist`) hold in both.
 */
async function bundle(outDir: string): Promise<void> {
  rmSync(outDir, { recursive: true, force: true });
  const bin = join(outDir, "services/cli");
  await build({
    configFile: false,
    root,
    logLevel: "error",
    ssr: { noExternal: true, external: apart },
    build: {
      ssr: "services/cli/velib.ts",
      outDir: bin,
      emptyOutDir: true,
      target: "node24",
      minify: true,
      rolldownOptions: { output: { entryFileNames: "velib.js", codeSplitting: false }, checks: { eval: false } },
    },
  });
  copy("adapters/cassandra/migrations", join(bin, "migrations"));
  copy("services/console/dist", join(outDir, "services/console/dist"));
  copy("node_modules/@fastify/swagger-ui/static", join(outDir, "node_modules/@fastify/swagger-ui/static"));
  for (const name of [...apart, `@duckdb/node-bindings-${process.platform}-${process.arch}`]) {
    copy(join("node_modules", name), join(outDir, "node_modules", name));
  }
  copy("package.json", join(outDir, "package.json"));
  copy("LICENSE", join(outDir, "LICENSE"));
}

function copy(from: string, to: string): void {
  mkdirSync(join(to, ".."), { recursive: true });
  cpSync(join(root, from), to, { recursive: true });
}

const { values } = parseArgs({ options: { out: { type: "string", default: join(root, "dist") } } });
await bundle(values.out);
