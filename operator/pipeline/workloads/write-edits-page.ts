import { writeFileSync } from "node:fs";
import { editsPage } from "./testing/edits-page.ts";

writeFileSync(new URL("../../../docs/reference/what-an-edit-restarts.md", import.meta.url), editsPage());
