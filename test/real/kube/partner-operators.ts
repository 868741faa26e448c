import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach } from "vitest";
import { describeAbsent, describeReal, type Need, type RealAddresses } from "../servers.ts";
import { type TestNamespace, testNamespace } from "./cluster.ts";
import { absentPartners, installPartners, type Partner, testbedCache } from "./partner-definitions.ts";

const script = fileURLToPath(new URL("../../testbed/partner-crds/run-operator.sh", import.meta.url));

/** A partner's operator that is built from a registry. */
export interface PartnerOperator {
  /** As build-operators.sh and run-operator.sh call it. */
  name: string;
  binary: string;
  crds: Partner;
}

export const cassOperator: PartnerOperator = { name: "cass", binary: "cass-operator", crds: "cass-operator" };
export const kedaOperator: PartnerOperator = { name: "keda", binary: "keda-operator", crds: "keda" };
export const mongodbOperator: PartnerOperator = {
  name: "mongodb",
  binary: "mongodb-operator",
  crds: "mongodb-kubernetes-operator",
};
export const prometheusOperator: PartnerOperator = {
  name: "prometheus",
  binary: "prometheus-operator",
  crds: "prometheus-operator",
};
export const sparkOperator: PartnerOperator = { name: "spark", binary: "spark-operator", crds: "spark-operator" };

/** One run of a partner's operator, in a namespace of its own. */
export interface OperatorRun {
  namespace: () => TestNamespace;
  /** @param variables beside those of this process */
  start(variables?: Record<string, string>): void;
  addresses: RealAddresses;
}

/** A suite on a partner's real operator, run outside of a pod; skipped where it was not built. */
export function describeOperator(
  operator: PartnerOperator,
  suite: (run: OperatorRun) => void,
  needs: readonly Need[] = [],
): void {
  const title = `${operator.binary} with the operator's objects`;
  const isBuilt = existsSync(join(testbedCache, "bin", operator.binary));
  const absent = isBuilt
    ? absentPartners([operator.crds])
    : `${operator.binary} absent: test/testbed/partner-crds/build-operators.sh ${operator.name}`;
  if (absent !== null) {
    describeAbsent(title, absent);
    return;
  }
  describeReal(title, ["kube", ...needs], (addresses) => {
    let namespace: TestNamespace;
    let running: KeptRunning | null = null;

    beforeEach(async () => {
      namespace = await testNamespace(addresses.kubeconfig);
      await installPartners(namespace.api, [operator.crds]);
    });
    afterEach(async ({ task }) => {
      const said = await running?.stop();
      running = null;
      if (task.result?.state === "fail") console.error(`${operator.binary} said:\n${said}`);
      await namespace.remove();
    });

    suite({
      addresses,
      namespace: () => namespace,
      start(variables = {}) {
        const env = { ...process.env, KUBECONFIG: addresses.kubeconfig, VELIB_TESTBED_CACHE: testbedCache };
        running = keepRunning(operator.name, namespace.name, { ...env, ...variables });
      },
    });
  });
}

interface KeptRunning {
  /** @returns the last lines that it wrote */
  stop(): Promise<string>;
}

/** Runs the operator again when it ends, as its pod would: KEDA ends once it has made its certificates. */
function keepRunning(name: string, namespace: string, env: NodeJS.ProcessEnv): KeptRunning {
  const stopping = new AbortController();
  const lines: string[] = [];
  const ended = (async () => {
    while (!stopping.signal.aborted) {
      const child = spawn(script, [name, namespace], { env, stdio: ["ignore", "pipe", "pipe"] });
      for (const output of [child.stdout, child.stderr]) {
        output.setEncoding("utf8").on("data", (text: string) => {
          lines.push(text);
          lines.splice(0, lines.length - 30);
        });
      }
      const terminate = () => child.kill("SIGTERM");
      stopping.signal.addEventListener("abort", terminate);
      await once(child, "close");
      stopping.signal.removeEventListener("abort", terminate);
      await wait(500, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await ended;
      return lines.join("");
    },
  };
}
