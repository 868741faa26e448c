import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import type { Counts } from "./expected.ts";

const velib = fileURLToPath(new URL("../../../services/cli/velib.ts", import.meta.url));

/** What `velib replay --json` prints. */
interface Summary {
  polls: number;
  rejected_polls: number;
  changes: number;
  keyframes: number;
  absences: number;
  dead_letters: Record<string, number>;
}

/** Fills `dir` from a recording as a user would, and returns what the command says it put into the log. */
export async function replay(recording: string, dir: string, options: readonly string[] = []): Promise<Counts> {
  const output = join(dir, "summary.json");
  await run(["replay", recording, "--data-dir", join(dir, "data"), "--json", ...options], output);
  const summary: Summary = JSON.parse(await readFile(output, "utf8"));
  return {
    polls: summary.polls,
    changes: summary.changes,
    keyframes: summary.keyframes,
    absent: summary.absences,
    deadLetters: summary.dead_letters,
  };
}

/** Writes the windows of a data dir that `replay` filled as CSV and returns the file's path. */
export async function windows(dir: string, by: "station" | "zone"): Promise<string> {
  const csv = join(dir, `${by}-windows.csv`);
  await run(["windows", "--by", by, "--format", "csv", "--data-dir", join(dir, "data")], csv);
  return csv;
}

async function run(args: readonly string[], output: string): Promise<void> {
  const child = spawn(process.execPath, [velib, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close");
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  await pipeline(child.stdout, createWriteStream(output));
  const [code] = await closed;
  if (code !== 0) throw new Error(`velib ${args.join(" ")} ended with ${code}: ${complaints.slice(-2000)}`);
}
