import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { velibPipelineType } from "../../../operator/api/resource-names.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import { leaseType } from "../../../operator/runtime/lease.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import { deployments, secrets, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import { type OperatorProcess, startOperatorProcess, untilReady } from "./operator-process.ts";
import { installOwnDefinitions, mongoSecret, pipelineObject } from "./pipeline-operator.ts";

/** As the dashboards that people have ask for them. */
const controllerRuntimeMetrics = [
  "controller_runtime_reconcile_total",
  "controller_runtime_reconcile_errors_total",
  "controller_runtime_reconcile_time_seconds_bucket",
  "workqueue_depth",
  "workqueue_adds_total",
  "workqueue_queue_duration_seconds_bucket",
  "workqueue_work_duration_seconds_bucket",
  "workqueue_unfinished_work_seconds",
  "workqueue_longest_running_processor_seconds",
  "workqueue_retries_total",
  "leader_election_master_status",
];

describeReal("`velib operator` on a real API server", ["kube"], ({ kubeconfig }) => {
  let space: TestNamespace;
  let operator: OperatorProcess | null = null;

  beforeAll(async () => {
    const first = await testNamespace(kubeconfig);
    await installOwnDefinitions(first.api);
    await first.remove();
  });
  beforeEach(async () => {
    space = await testNamespace(kubeconfig);
  });
  afterEach(async () => {
    await operator?.kill();
    operator = null;
    await space.remove();
  });

  const holder = async () => {
    const { items } = await space.api.list(leaseType, { namespace: space.name });
    const spec = items[0]?.spec;
    return isRecord(spec) ? spec.holderIdentity : undefined;
  };

  it("answers its probes, leads, reconciles and shows metrics under controller-runtime's names", async () => {
    await space.api.apply(secrets, mongoSecret(space.name), someone);
    await space.api.apply(velibPipelineType, pipelineObject(space.name, "paris"), someone);
    operator = startOperatorProcess({ kubeconfig, namespace: space.name });

    await untilReady(operator);
    await until(
      "the last Deployment",
      async () => space.api.get(deployments, { namespace: space.name, name: "paris-api" }),
      30_000,
    );

    const metrics = await (await fetch(`${await operator.url()}/metrics`)).text();
    for (const name of controllerRuntimeMetrics) expect(metrics, name).toMatch(new RegExp(`^${name}[{ ]`, "m"));
    expect(metrics).toMatch(
      /^controller_runtime_reconcile_total\{controller="velibpipeline-[^"]+",result="success"\} [1-9]/m,
    );
    expect(metrics).toMatch(
      /^workqueue_adds_total\{name="velibpipeline-[^"]+",controller="velibpipeline-[^"]+"\} [1-9]/m,
    );
  });

  it("ends what it does on SIGTERM, gives the lease up and exits with 0", async () => {
    await space.api.apply(secrets, mongoSecret(space.name), someone);
    operator = startOperatorProcess({ kubeconfig, namespace: space.name });
    await untilReady(operator);
    await until("it leads", async () => ((await holder()) ? true : null), 30_000);
    for (let i = 0; i < 10; i++) {
      await space.api.apply(velibPipelineType, pipelineObject(space.name, `city-${i}`), someone);
    }

    operator.signal("SIGTERM");

    expect(await operator.ended()).toBe(0);
    expect(await holder()).toBe("");
    expect(operator.log.at(-1)).toContain("stopped");
    expect(
      operator.log.filter((line) => line.includes('"level":50')),
      "nothing that wakes anybody",
    ).toEqual([]);
  });

  it("says what is wrong with its command line and exits with 2", async () => {
    operator = startOperatorProcess({ kubeconfig, namespace: space.name, args: ["--image-pull-policy", "Sometimes"] });

    expect(await operator.ended()).toBe(2);
    expect(operator.log.join(" ")).toContain("--image-pull-policy");
  });
});
