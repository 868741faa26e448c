import { createReadStream } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";

/** Writes the first polls of a recorded CSV, and its list of stations, into a folder. Returns the new CSV's path. */
export async function firstPolls(recording: string, polls: number, folder: string): Promise<string> {
  const input = createReadStream(recording);
  const lines: string[] = [];
  const times = new Set<string>();
  for await (const line of createInterface({ input: input.pipe(createGunzip()) })) {
    if (lines.length > 0) times.add(line.slice(0, line.indexOf(",")));
    if (times.size > polls) break;
    lines.push(line);
  }
  input.destroy();
  await mkdir(folder, { recursive: true });
  await copyFile(join(dirname(recording), "stations.csv"), join(folder, "stations.csv"));
  const copy = join(folder, "status.csv");
  await writeFile(copy, `${lines.join("\n")}\n`);
  return copy;
}
