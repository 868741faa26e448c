import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { costOf } from "../child-process.ts";
import { freePorts } from "./free-port.ts";

const run = promisify(execFile);
const script = (name: string) => fileURLToPath(new URL(`../../test/testbed/kube/${name}`, import.meta.url));
const servers = ["kube-apiserver", "etcd", "kube-controller-manager"] as const;

/**
 * What makes pods, and so writes to Deployments for minutes at the pace of its own rate limit (20 requests a second):
 * left out unless asked for, as it is the operator that is measured. Without them a Deployment stays without status.
 */
const makersOfPods = [
  "deployment-controller",
  "replicaset-controller",
  "cronjob-controller",
  "persistentvolume-binder-controller",
];

export interface ControlPlane {
  readonly kubeconfig: string;
  /** CPU seconds of API server, etcd and controllers so far. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

/** A fresh API server with its own etcd, on ports and in a folder of its own; needs root. */
export async function startControlPlane({ allControllers = false } = {}): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), "velib-bench-"));
  // The controllers listen on the API server's port + 1, etcd's peers on etcd's + 1.
  const port = await freePorts(4);
  const without = makersOfPods.map((name) => `-${name}`).join(",");
  const env = {
    ...process.env,
    VELIB_TESTBED_RUN: folder,
    VELIB_KUBE_PORT: String(port),
    VELIB_ETCD_PORT: String(port + 2),
    // No request of either contender waits for its turn among others.
    VELIB_KUBE_APISERVER_FLAGS: "--max-requests-inflight=2000 --max-mutating-requests-inflight=1000",
    VELIB_KUBE_CONTROLLER_MANAGER_FLAGS: allControllers ? "" : `--controllers=*,${without}`,
  };
  const { stdout } = await run(script("up.sh"), ["control-plane"], { env });
  const pids = servers.map((name) =>
    Number(readFileSync(join(folder, "control-plane/pid", name), "utf8").split(" ")[0]),
  );
  return {
    kubeconfig: stdout.trim(),
    cpuSeconds: () => pids.reduce((sum, pid) => sum + (costOf(pid)?.cpuSeconds ?? 0), 0),
    async stop() {
      await run(script("down.sh"), ["control-plane"], { env });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
