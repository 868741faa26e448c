import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { objectsIn } from "../../../operator/api/testing/examples.ts";
import type { ResourceType } from "../../../operator/runtime/kube-object.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeAbsent, describeReal } from "../servers.ts";
import { definitions, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import { testbedCache } from "./partner-definitions.ts";

const program = join(testbedCache, "bin", "kube-state-metrics");
const root = fileURLToPath(new URL("../../../", import.meta.url));
const configuration = join(root, "k8s/monitoring/kube-state-metrics.yaml");
const pipelines: ResourceType = {
  apiVersion: "velib.dev/v1alpha1",
  kind: "VelibPipeline",
  plural: "velibpipelines",
  namespaced: true,
};

const suite = "kube-state-metrics with k8s/monitoring/kube-state-metrics.yaml";
if (existsSync(program)) describeReal(suite, ["kube"], ({ kubeconfig }) => stateMetrics(kubeconfig));
else describeAbsent(suite, "kube-state-metrics absent: test/testbed/prometheus/install-kube-state-metrics.sh");

function stateMetrics(kubeconfig: string) {
  let namespace: TestNamespace;
  let child: ChildProcess;
  let url: string;

  beforeAll(async () => {
    namespace = await testNamespace(kubeconfig);
    for (const file of ["velibpipelines", "modeltrainings"]) {
      const path = `crds/${file}.velib.dev.yaml`;
      for (const definition of objectsIn(readFileSync(join(root, path), "utf8"), path)) {
        await namespace.api.apply(definitions, definition, someone);
      }
    }
    await until("the CRD served", () => namespace.api.list(pipelines).catch(() => null), 30_000);
    const port = await freePort();
    url = `http://127.0.0.1:${port}/metrics`;
    const flags = [
      `--kubeconfig=${kubeconfig}`,
      `--custom-resource-state-config-file=${configuration}`,
      "--custom-resource-state-only",
      "--host=127.0.0.1",
      `--port=${port}`,
      "--telemetry-host=127.0.0.1",
      `--telemetry-port=${await freePort()}`,
    ];
    child = spawn(program, flags, { stdio: "ignore" });
  });
  afterAll(async () => {
    child.kill();
    await namespace.remove();
  });

  it("tells the conditions, sources and numbers of a pipeline's status", async () => {
    const { api, name } = namespace;
    const at = "2026-05-12T07:30:00Z";
    const condition = { reason: "StaleSource", message: "", lastTransitionTime: at, observedGeneration: 1 };
    await api.create(
      pipelines,
      {
        apiVersion: pipelines.apiVersion,
        kind: pipelines.kind,
        metadata: { name: "paris", namespace: name },
        spec: { sources: [{ name: "paris", simulator: {} }] },
      },
      someone,
    );
    const status = {
      conditions: [
        { ...condition, type: "Ready", status: "False" },
        { ...condition, type: "KafkaReady", status: "True", reason: "Running" },
        { ...condition, type: "DataFresh", status: "Unknown" },
      ],
      stations: 1485,
      lag: 12,
      lastObservationTime: at,
      sources: [{ name: "paris", kind: "simulator", fresh: true }],
      components: [{ name: "aggregator", replicas: 2, readyReplicas: 1 }],
    };
    await api.patchStatus(pipelines, { namespace: name, name: "paris" }, { status }, someone);

    const lines = await until(
      "samples of the pipeline",
      () => samplesOf(name, "kube_velibpipeline_lag_records"),
      60_000,
    );

    expect(lines).toEqual(
      expect.arrayContaining([
        'kube_velibpipeline_condition{reason="StaleSource",type="Ready"} 0',
        'kube_velibpipeline_condition{reason="Running",type="KafkaReady"} 1',
        'kube_velibpipeline_condition{reason="StaleSource",type="DataFresh"} 0',
        "kube_velibpipeline_suspended{} 0",
        "kube_velibpipeline_stations{} 1485",
        "kube_velibpipeline_lag_records{} 12",
        `kube_velibpipeline_last_observation_timestamp_seconds{} ${Date.parse(at) / 1000}`,
        'kube_velibpipeline_source_fresh{source="paris"} 1',
        'kube_velibpipeline_component_ready_replicas{component="aggregator"} 1',
      ]),
    );
  });

  /** The samples of a namespace's pipeline without the labels that all have; null while one metric has none. */
  async function samplesOf(wanted: string, last: string): Promise<string[] | null> {
    const response = await fetch(url).catch(() => null);
    const text = response?.ok ? await response.text() : "";
    const lines = text.split("\n").filter((line) => line.includes(`namespace="${wanted}"`));
    if (!lines.some((line) => line.startsWith(last))) return null;
    return lines.map(shortened);
  }
}

const common = ["customresource_group", "customresource_kind", "customresource_version", "name", "namespace"];

function shortened(line: string): string {
  const [, metric = "", labels = "", value = ""] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
  const own = labels.split(",").filter((label) => !common.some((name) => label.startsWith(`${name}=`)));
  return `${metric}{${own.sort().join(",")}} ${Number(value)}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
