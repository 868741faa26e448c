import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { costOf, velib } from "../child-process.ts";
import { report } from "../report.ts";

/** `velib local` on a simulated city of 1,500 stations, simulator included, a minute after its start. */
const settleMs = 75_000;
const dir = mkdtempSync(join(tmpdir(), "velib-bench-"));
const args = [velib, "local", "--source", "simulator", "--port", "0", "--data-dir", dir];
const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
try {
  await sleep(settleMs);
  const before = child.pid === undefined ? null : costOf(child.pid);
  await sleep(60_000);
  const after = child.pid === undefined ? null : costOf(child.pid);
  if (before === null || after === null) throw new Error("velib local ended by itself");
  report({
    benchmark: "idle velib local, 1,500 simulated stations",
    case: "after the start's three made-up hours",
    round: 0,
    resident_mib: after.residentMiB,
    peak_mib: after.peakMiB,
    cpu_seconds_per_minute: after.cpuSeconds - before.cpuSeconds,
  });
} finally {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  await ended;
  rmSync(dir, { recursive: true });
}
