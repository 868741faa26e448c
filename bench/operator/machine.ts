import { readFileSync } from "node:fs";

const ticksPerSecond = 100;

/** CPU seconds that the whole machine was busy since it started (Linux): what of them is not ours is others' load. */
export function busySeconds(): number {
  const [, ...times] = readFileSync("/proc/stat", "utf8").split("\n")[0]?.trim().split(/\s+/) ?? [];
  // user, nice, system, idle, iowait, irq, softirq, steal
  const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, steal = 0] = times.map(Number);
  return (user + nice + system + irq + soft + steal) / ticksPerSecond;
}

/** CPU seconds of this process so far. */
export function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
