import { writeFileSync } from "node:fs";
import { configurationReference } from "../config/reference.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { metricsReference } from "../metrics/reference.ts";
import { createProgram } from "./program.ts";
import { cliReference } from "./reference.ts";
import { version } from "./version.ts";

/** `npm run generate`: writes the reference pages that the code is the source of. Tests compare them. */
const pages: Record<string, string> = {
  "cli.md": cliReference(await createProgram(undefined)),
  "configuration.md": configurationReference(),
  "metrics.md": metricsReference(createMetrics({ version }).registry),
};
for (const [name, text] of Object.entries(pages)) {
  writeFileSync(new URL(`../../docs/reference/${name}`, import.meta.url), text);
}
