import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Measurement } from "./report.ts";
import { tables } from "./report.ts";

/** `npm run bench [NAME…]`: each benchmark in a process of its own; JSON lines first, then their medians as tables. */
const benchmarks: Record<string, string> = {
  engine: "embedded/engine.ts",
  replay: "embedded/replay.ts",
  idle: "embedded/idle.ts",
  batch: "batch/partitions.ts",
};

/** Run only when named: as root, on a Kubernetes control plane of their own, for up to an hour. */
const byName: Record<string, string> = {
  operator: "operator/scale.ts",
  "operator-floor": "operator/floor.ts",
  "operator-soak": "operator/soak.ts",
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benchmarks || name in byName));
if (unknown.length > 0) {
  console.error(
    `bench: unknown ${unknown.join(", ")}; there are ${Object.keys({ ...benchmarks, ...byName }).join(", ")}`,
  );
  process.exit(2);
}
const measurements: Measurement[] = [];
for (const name of asked.length > 0 ? asked : Object.keys(benchmarks)) {
  const script = fileURLToPath(new URL(benchmarks[name] ?? byName[name] ?? "", import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    const measurement: Measurement = JSON.parse(line);
    measurements.push(measurement);
  }
  if ((await ended) !== 0) process.exitCode = 1;
}
console.log(`\n${tables(measurements)}`);
