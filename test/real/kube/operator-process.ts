import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "../../testbed/faults/until.ts";

const velib = fileURLToPath(new URL("../../../services/cli/velib.ts", import.meta.url));

/** `velib operator` as a process of its own. */
export interface OperatorProcess {
  readonly pid: number;
  /** Its log, line by line. */
  readonly log: string[];
  /** Base URL of probes and metrics, once it answers there. */
  url(): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** Exit code, or the signal that ended it. */
  ended(): Promise<number | string>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

export interface OperatorProcessSettings {
  kubeconfig: string;
  /** Namespace that is reconciled, and that the lease is in. */
  namespace: string;
  name?: string;
  args?: readonly string[];
  image?: string;
}

/** Starts it on a port that is free. */
export function startOperatorProcess(settings: OperatorProcessSettings): OperatorProcess {
  const { kubeconfig, namespace, name = "operator", args = [], image = "velib.test/velib:1.2.3" } = settings;
  const all = ["operator", "--image", image, "--kubeconfig", kubeconfig, "--watch-namespace", namespace, "--port", "0"];
  const child: ChildProcess = spawn(process.execPath, [velib, ...all, ...args], {
    env: { ...process.env, POD_NAME: name, POD_NAMESPACE: namespace },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => log.push(...text.split("\n").filter(Boolean)));
  }
  const exited = once(child, "exit").then(([code, signal]) => code ?? signal);
  return {
    pid: child.pid ?? 0,
    log,
    url: () =>
      until(
        "its port",
        () => {
          const line = log.find((each) => each.includes('"answering"'));
          const port = line === undefined ? null : /"port":(\d+)/.exec(line)?.[1];
          return port ? `http://127.0.0.1:${port}` : null;
        },
        30_000,
      ),
    signal: (signal) => void child.kill(signal),
    ended: () => exited,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Waits until it says of itself that it is at work, or ready to be. */
export async function untilReady(process: OperatorProcess, timeoutMs = 60_000): Promise<void> {
  const url = await process.url();
  await until("/readyz", async () => ((await fetch(`${url}/readyz`)).ok ? true : null), timeoutMs, 50);
}
