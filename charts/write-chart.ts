import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chartFiles } from "./chart-files.ts";

/** `npm run generate`: writes what of the chart comes from elsewhere. */
for (const [path, text] of chartFiles((file) => readFileSync(file, "utf8"), readdirSync)) {
  writeFileSync(join(import.meta.dirname, path), text);
}
