import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const velib = fileURLToPath(new URL("../velib.ts", import.meta.url));

/** What a command line that has ended leaves. */
export interface Ended {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

/** Runs `velib` as a user would, in a process of its own. */
export async function runVelib(args: readonly string[], options: { cwd?: string } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [velib, ...args], { stdio: ["ignore", "pipe", "pipe"], ...options });
  const stdout: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (piece: Buffer) => stdout.push(piece));
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    stderr += piece;
  });
  const [code] = await once(child, "close");
  return { code, stdout: Buffer.concat(stdout), stderr };
}
