import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../../test/testbed/faults/until.ts";
import { costOf } from "../child-process.ts";
import { freePorts } from "./free-port.ts";
import { limitedMemory, nodeOptions } from "./memory-limit.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** An operator under measurement. */
export interface Contender {
  readonly name: string;
  /** Field manager of what it applies. */
  start(kubeconfig: string, template: string): Promise<Running>;
}

export interface Running {
  /** Until it answered on its port, ms. */
  readonly answeredAfterMs: number;
  cost(): { cpuSeconds: number; peakMiB: number; residentMiB: number };
  /** Requests that it made so far, by method. */
  requests(): Promise<Map<string, number>>;
  stop(): Promise<void>;
}

/** Builds both programs into a folder: the one file of the image, and the peer, optimised. */
export function buildContenders(folder: string, nodeArgs: readonly string[] = []): Contender[] {
  execFileSync(process.execPath, [here("../../image/bundle.ts"), "--out", join(folder, "app")]);
  const minimal = join(folder, "minimal-operator");
  execFileSync("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", minimal, "."], {
    cwd: here("go"),
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" },
  });
  return [
    {
      name: "velib-operator",
      start: (kubeconfig) => {
        const args = [
          "operator",
          "--image",
          "velib.test/velib:1.2.3",
          "--kubeconfig",
          kubeconfig,
          "--no-leader-election",
        ];
        const program = join(folder, "app/services/cli/velib.js");
        return running((port) => [
          process.execPath,
          nodeOptions(),
          ...nodeArgs,
          program,
          ...args,
          "--log-level",
          "error",
          "--port",
          port,
        ]);
      },
    },
    {
      name: "controller-runtime, minimal",
      start: (kubeconfig, template) =>
        running((port) => [minimal, "-config", kubeconfig, "-template", template, "-metrics", `127.0.0.1:${port}`]),
    },
  ];
}

/** Each in a control group with the memory of the chart's container. */
async function running(command: (port: string) => string[]): Promise<Running> {
  const port = await freePorts(1);
  const memory = limitedMemory(`velib-bench-${port}`);
  const [program = "", ...args] = memory.wrap(command(String(port)));
  const started = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  const url = `http://127.0.0.1:${port}/metrics`;
  try {
    await until("the operator answers", async () => ((await fetch(url)).ok ? true : null), 30_000, 5);
  } catch (error) {
    await ended(child);
    memory.remove();
    throw error;
  }
  return {
    answeredAfterMs: performance.now() - started,
    cost() {
      const cost = costOf(child.pid ?? 0);
      if (cost === null) throw new Error("the operator has ended");
      return cost;
    },
    requests: async () => requestsIn(await (await fetch(url)).text()),
    async stop() {
      if (child.exitCode !== null) return;
      await ended(child);
      memory.remove();
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** Client-go's metric, which both have: rest_client_requests_total{code,host,method}. */
function requestsIn(metrics: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, labels = "", value] of metrics.matchAll(/^rest_client_requests_total\{([^}]*)\} (\S+)$/gm)) {
    const method = /method="([^"]*)"/.exec(labels)?.[1] ?? "";
    found.set(method, (found.get(method) ?? 0) + Number(value));
  }
  return found;
}
