import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { httpKubeApi } from "../../operator/runtime/http-kube-api.ts";
import type { KubeApi } from "../../operator/runtime/kube-api.ts";
import { connectionFor } from "../../operator/runtime/kube-connection.ts";
import { report } from "../report.ts";
import {
  type Cities,
  countsBefore,
  createCities,
  missingObjects,
  templateOf,
  untilComplete,
  versions,
} from "./cities.ts";
import { buildContenders, type Contender, type Running } from "./contender.ts";
import { startControlPlane } from "./control-plane.ts";
import { eventToApply } from "./event-to-apply.ts";
import { busySeconds, ownSeconds } from "./machine.ts";

/**
 * This operator and a minimal one of controller-runtime make the same objects for the same pipelines, in turn, each on
 * a fresh API server:
 *
 *     node bench/operator/scale.ts [--pipelines 1000] [--rest-minutes 10] [--peer-rest-minutes 1] [--edits 250] [--only NAME]
 *         [--rounds 1] [--all-controllers]
 *         [--node-args="--cpu-prof --cpu-prof-dir=DIR"]
 *
 * Needs root (as test/testbed/kube does) and Go. A line of JSON a run, times in seconds and milliseconds as named.
 * `others_cores` is how many of the machine's cores other work had meanwhile: figures count only where it is near 0.
 */
const { values } = parseArgs({
  options: {
    pipelines: { type: "string", default: "1000" },
    "rest-minutes": { type: "string", default: "10" },
    "peer-rest-minutes": { type: "string", default: "1" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "1" },
    edits: { type: "string", default: "250" },
    "node-args": { type: "string", default: "" },
    "all-controllers": { type: "boolean", default: false },
  },
});
const pipelines = Number(values.pipelines);

const looksUntilQuiet = 4;
/** Writes by which an operator changes the cluster. */
const writing = ["POST", "PUT", "PATCH", "DELETE"];
const written = (requests: Map<string, number>) =>
  writing.reduce((sum, method) => sum + (requests.get(method) ?? 0), 0);
const total = (requests: Map<string, number>) => [...requests.values()].reduce((sum, count) => sum + count, 0);

const folder = mkdtempSync(join(tmpdir(), "velib-scale-"));
try {
  const contenders = buildContenders(folder, values["node-args"].split(" ").filter(Boolean)).filter(({ name }) =>
    name.startsWith(values.only),
  );
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const contender of contenders) await measure(contender, round);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(contender: Contender, round: number): Promise<void> {
  const plane = await startControlPlane({ allControllers: values["all-controllers"] });
  const connection = await connectionFor(plane.kubeconfig);
  const template = join(folder, "template.json");
  const started: Running[] = [];
  const start = async () => {
    const running = await contender.start(plane.kubeconfig, template);
    started.push(running);
    return running;
  };
  try {
    const api = httpKubeApi({ connection });
    const cities = await createCities(api, pipelines);
    writeFileSync(template, templateOf(cities));
    const before = await countsBefore(api, cities);
    note("pipelines made", contender);

    const machine = { busy: busySeconds(), server: plane.cpuSeconds(), own: ownSeconds() };
    const beginning = performance.now();
    const first = await start();
    await untilComplete(api, cities, before);
    const coldSeconds = (performance.now() - beginning) / 1000;
    const serverSeconds = plane.cpuSeconds() - machine.server;
    const cold = { ...first.cost(), requests: total(await first.requests()) };
    const others = busySeconds() - machine.busy - serverSeconds - cold.cpuSeconds - (ownSeconds() - machine.own);
    const missing = await missingObjects(api, cities);
    if (missing.length > 0)
      throw new Error(`${missing.length} objects missing, such as ${missing.slice(0, 5).join(", ")}`);
    const { cpuSeconds, peakMiB } = cold;
    note(
      `cold start in ${coldSeconds.toFixed(1)} s: ${cold.requests} requests, ${cpuSeconds} CPU s, ${peakMiB.toFixed(0)} MiB; ` +
        `the server ${serverSeconds.toFixed(1)} CPU s; others ${(others / coldSeconds).toFixed(2)} cores`,
      contender,
    );
    await quiet(first);
    await first.stop();

    const againAt = performance.now();
    const again = await start();
    const warmSeconds = ((await quiet(again)) - againAt) / 1000;
    const warm = { ...again.cost(), writes: written(await again.requests()) };
    note("started with all there", contender);
    const edits = {
      before: busySeconds(),
      own: ownSeconds(),
      server: plane.cpuSeconds(),
      cpu: again.cost().cpuSeconds,
    };
    const editingAt = performance.now();
    const times = await eventToApply(api, cities, { edits: Number(values.edits), everyMs: 200, seed: round });
    const editSeconds = (performance.now() - editingAt) / 1000;
    const editCpu = again.cost().cpuSeconds - edits.cpu;
    const ours = plane.cpuSeconds() - edits.server + editCpu + ownSeconds() - edits.own;
    const editOthers = busySeconds() - edits.before - ours;
    await quiet(again);
    note("at rest", contender);
    const isPeer = contender.name !== "velib-operator";
    const restMinutes = Number(values[isPeer ? "peer-rest-minutes" : "rest-minutes"]);
    const rest = await atRest(api, cities, again, restMinutes);

    report({
      benchmark: `${pipelines} pipelines of ${cities.objects.length} objects`,
      case: contender.name,
      round,
      answers_after_ms: Math.round(first.answeredAfterMs),
      cold_start_s: coldSeconds,
      cold_cpu_s: cold.cpuSeconds,
      cold_server_cpu_s: serverSeconds,
      cold_others_cores: others / coldSeconds,
      cold_requests: cold.requests,
      all_there_until_quiet_s: warmSeconds,
      all_there_cpu_s: warm.cpuSeconds,
      all_there_writes: warm.writes,
      edit_to_apply_p50_ms: quantile(times, 0.5),
      edit_to_apply_p99_ms: quantile(times, 0.99),
      edits_cpu_s: editCpu,
      edits_others_cores: editOthers / editSeconds,
      peak_MiB: Math.max(cold.peakMiB, again.cost().peakMiB),
      ...rest,
    });
  } finally {
    for (const running of started) await running.stop();
    connection.close();
    await plane.stop();
  }
}

function note(what: string, { name }: Contender): void {
  console.error(`${new Date().toISOString()} ${name}: ${what}`);
}

/** What is written in the time of rest: by the operator's own count, and by the objects' versions. */
async function atRest(api: KubeApi, cities: Cities, running: Running, minutes: number) {
  const before = { versions: await versions(api, cities), writes: written(await running.requests()) };
  await wait(minutes * 60_000);
  const changed = [...(await versions(api, cities))].filter(([what, now]) => before.versions.get(what) !== now);
  return {
    rest_minutes: minutes,
    writes_at_rest: written(await running.requests()) - before.writes,
    objects_changed_at_rest: changed.length,
  };
}

/**
 * Waits until the operator has used next to no CPU and written nothing for four looks, a second apart.
 * @returns when those began, as performance.now()
 */
async function quiet(running: Running): Promise<number> {
  let since = performance.now();
  let before = { cpu: running.cost().cpuSeconds, writes: written(await running.requests()) };
  for (let looks = 0; looks < looksUntilQuiet; ) {
    await wait(1_000);
    const now = { cpu: running.cost().cpuSeconds, writes: written(await running.requests()) };
    const isIdle = now.cpu - before.cpu < 0.1 && now.writes === before.writes;
    looks = isIdle ? looks + 1 : 0;
    if (!isIdle) since = performance.now();
    before = now;
  }
  return since;
}

function quantile(ascending: readonly number[], share: number): number {
  const index = Math.min(ascending.length - 1, Math.ceil(ascending.length * share) - 1);
  return Math.round(ascending[index] ?? Number.NaN);
}
