import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Every file below a folder with a hash of its bytes, and every folder: equal before and after, nothing was written. */
export function folderContent(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  return Object.fromEntries(names.map((name) => [name, contentOf(join(folder, name))]));
}

function contentOf(path: string): string {
  if (lstatSync(path).isDirectory()) return "folder";
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
