import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { RandomStream } from "../../core/simulation/random.ts";
import { velibPipelineType } from "../../operator/api/resource-names.ts";
import { httpKubeApi } from "../../operator/runtime/http-kube-api.ts";
import { secrets, someone, testNamespace } from "../../test/real/kube/cluster.ts";
import { churn, madeObjects } from "../../test/real/kube/pipeline-churn.ts";
import { installOwnDefinitions, mongoSecret } from "../../test/real/kube/pipeline-operator.ts";
import { until } from "../../test/testbed/faults/until.ts";
import { report } from "../report.ts";
import { buildContenders } from "./contender.ts";
import { startControlPlane } from "./control-plane.ts";

/**
 * Pipelines are made, changed and deleted at random for a time, and each minute the operator is looked at: its memory,
 * the watches that the API server serves, and the objects there are. In the end all pipelines are deleted.
 *
 *     node bench/operator/soak.ts [--minutes 10] [--pipelines 50] [--seed 1]
 *
 * Needs root (as test/testbed/kube does) and Go.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    pipelines: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
  },
});
const minutes = Number(values.minutes);
const run = promisify(execFile);
const kubectl = join(process.env.VELIB_TESTBED_CACHE ?? join(homedir(), ".cache/velib-testbed"), "kube/bin/kubectl");

const folder = mkdtempSync(join(tmpdir(), "velib-soak-"));
const plane = await startControlPlane({ allControllers: true });
try {
  const space = await testNamespace(plane.kubeconfig);
  const { connection, name } = space;
  const api = httpKubeApi({ connection });
  await installOwnDefinitions(api);
  await api.apply(secrets, mongoSecret(name), someone);
  const operator = await buildContenders(folder)[0]!.start(plane.kubeconfig, "");
  try {
    const random = new RandomStream(Number(values.seed));
    let steps = 0;
    const look = async (minute: number) => {
      const { residentMiB, peakMiB, cpuSeconds } = operator.cost();
      report({
        benchmark: "the operator over time",
        case: `minute ${minute}`,
        round: 1,
        steps,
        resident_MiB: residentMiB,
        peak_MiB: peakMiB,
        cpu_s: cpuSeconds,
        watches: await watches(plane.kubeconfig),
        objects: (await madeObjects(api, name)).size,
      });
    };
    await look(0);
    for (let minute = 1; minute <= minutes; minute++) {
      for (const end = Date.now() + 60_000; Date.now() < end; steps++) {
        await churn(api, name, Number(values.pipelines), random);
        await wait(100);
      }
      await look(minute);
    }
    for (const { metadata } of (await api.list(velibPipelineType, { namespace: name })).items) {
      await api.delete(velibPipelineType, { namespace: name, name: metadata.name });
    }
    // What holds a pipeline's files stays, as the resource says by default.
    const left = async () =>
      [...(await madeObjects(api, name)).keys()].filter((what) => !what.startsWith("PersistentVolumeClaim"));
    await until(
      "nothing left of the pipelines",
      async () => ((await left()).length === 0 ? true : null),
      120_000,
      1_000,
    );
    await look(minutes + 1);
  } finally {
    await operator.stop();
    await space.remove();
  }
} finally {
  await plane.stop();
  rmSync(folder, { recursive: true });
}

/** Watches that the API server serves to anybody. */
async function watches(kubeconfig: string): Promise<number> {
  const { stdout } = await run(kubectl, ["--kubeconfig", kubeconfig, "get", "--raw", "/metrics"], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const counts = [...stdout.matchAll(/^apiserver_longrunning_requests\{[^}]*verb="WATCH"[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
