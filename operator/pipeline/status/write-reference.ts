import { writeFileSync } from "node:fs";
import { statusReference } from "./reference.ts";

/** Writes the reference pages of conditions and events. A test compares them. */
for (const [path, text] of statusReference()) writeFileSync(new URL(`../../../${path}`, import.meta.url), text);
