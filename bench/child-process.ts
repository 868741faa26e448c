import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const velib = fileURLToPath(new URL("../services/cli/velib.ts", import.meta.url));

/** What a process cost, as the kernel counts it (Linux). */
export interface ProcessCost {
  wallSeconds: number;
  /** User + system. */
  cpuSeconds: number;
  peakMiB: number;
  output: string;
}

/**
 * Runs a command of ours to its end.
 * @param look told the process's resident memory, MiB, again and again
 * @throws Error when it does not exit with 0
 */
export async function runVelib(
  args: readonly string[],
  look: (residentMiB: number) => void = () => {},
): Promise<ProcessCost> {
  const started = performance.now();
  const child = spawn(process.execPath, [velib, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  // A benchmark that is ended takes its process along: velib archive would look for its servers for ever.
  const endBoth = () => {
    child.kill("SIGKILL");
    process.exit(143);
  };
  process.once("SIGTERM", endBoth);
  const pid = child.pid;
  if (pid === undefined) throw new Error("the process could not be started");
  let output = "";
  child.stdout.on("data", (piece) => {
    output += piece;
  });
  // The kernel forgets a process when it ends; its peak and times only grow, so the last look is close to the end.
  let cost = costOf(pid);
  const timer = setInterval(() => {
    const now = costOf(pid);
    if (now === null) return;
    cost = now;
    look(now.residentMiB);
  }, 50);
  const code = await new Promise((resolve) => child.once("exit", resolve));
  clearInterval(timer);
  process.off("SIGTERM", endBoth);
  if (code !== 0) throw new Error(`velib ${args.join(" ")} ended with ${code}`);
  const wallSeconds = (performance.now() - started) / 1000;
  return { wallSeconds, cpuSeconds: cost?.cpuSeconds ?? 0, peakMiB: cost?.peakMiB ?? 0, output };
}

const ticksPerSecond = 100;

/** CPU and memory of a living process; null once it is gone. */
export function costOf(pid: number): { cpuSeconds: number; peakMiB: number; residentMiB: number } | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    // Ended and not yet waited for: it has no memory any more.
    if (!status.includes("VmHWM")) return null;
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const times = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return {
      cpuSeconds: (Number(times[11]) + Number(times[12])) / ticksPerSecond,
      peakMiB: kilobytes(status, "VmHWM") / 1024,
      residentMiB: kilobytes(status, "VmRSS") / 1024,
    };
  } catch {
    return null;
  }
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN);
}
