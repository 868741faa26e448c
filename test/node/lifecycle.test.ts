import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Static, type TSchema, Type } from "typebox";
import Value from "typebox/value";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyObjects, eventually, getJson, helm, kubectl, withPort } from "./cluster.ts";
import {
  bringUpDataServices,
  externalKafka,
  externalPipeline,
  kafkaLogin,
  serverSecrets,
} from "./external-pipeline.ts";
import { imageSettings } from "./project-image.ts";
import { feedSource, simulatedFeed } from "./simulated-feed.ts";

const system = "velib-system";
const city = "city";
const chart = "charts/velib-operator";

const Pipeline = Type.Object({ status: Type.Object({ stations: Type.Integer() }) });
const Conditions = Type.Object({
  status: Type.Object({
    conditions: Type.Array(Type.Object({ type: Type.String(), message: Type.String() })),
  }),
});
const Stations = Type.Object({ stations: Type.Array(Type.Object({ station: Type.String() })) });
const Windows = Type.Object({ windows: Type.Array(Type.Object({ bikes_mean: Type.Number() })) });
const List = Type.Object({
  items: Type.Array(Type.Object({ kind: Type.String(), metadata: Type.Object({ name: Type.String() }) })),
});

/** What a deleted pipeline could leave behind: every kind that it makes without partners. */
const kinds = [
  "deployments,statefulsets,jobs,cronjobs,pods,services,configmaps,secrets,serviceaccounts,poddisruptionbudgets",
  "networkpolicies,horizontalpodautoscalers,persistentvolumeclaims,ingresses",
].join(",");

let previous = "";

beforeAll(async () => {
  previous = previousChart();
  await bringUpDataServices();
  await kubectl("create", "namespace", city);
  await kubectl("label", "namespace", city, "pod-security.kubernetes.io/enforce=restricted");
  await applyObjects(...serverSecrets(city), ...simulatedFeed(city, 300));
});

afterAll(async () => {
  if (previous !== "") rmSync(previous, { recursive: true });
  await kubectl("delete", "vp,mt", "--all", "-A", "--ignore-not-found", "--timeout=120s").catch(() => "");
  await helm("uninstall", "velib-operator", "-n", system, "--ignore-not-found", "--wait");
  await kubectl("delete", "namespace", city, system, "--ignore-not-found", "--timeout=180s");
});

describe("a city on a real node, in the order of its life", () => {
  it("helm install of the previous release brings the operator up", async () => {
    await helm("install", "velib-operator", previous, "-n", system, "--create-namespace", ...imageSettings, "--wait");

    const pods = await kubectl("-n", system, "get", "pods", "-o", "jsonpath={.items[*].status.phase}");
    expect(pods).toBe("Running Running");
  });

  it("a pipeline becomes Ready, and kubectl get shows its stations and lag", async () => {
    const aggregation = { window: "5s", allowedLateness: "1s" };
    await applyObjects(externalPipeline(city, "paris", { sources: [feedSource], aggregation }));
    await kubectl("-n", city, "wait", "vp/paris", "--for=condition=Ready", "--timeout=240s");
    const { status } = await eventually("stations in the status", () => pipelineWithStations("paris"), 120_000);

    expect(status.stations).toBe(300);
    const [header, row] = (await kubectl("-n", city, "get", "vp", "paris")).split("\n");
    expect(header).toMatch(/NAME\s+READY\s+.*STATIONS\s+LAG/);
    expect(row).toMatch(/paris\s+True\s+.*300\s+\d+/);
  });

  it("the API answers through its Service, with averages", async () => {
    const means = await withPort(city, "paris-api", 80, async (url) => {
      const { stations } = await fetchJson(Stations, `${url}/v1/stations`);
      const id = stations[0]?.station ?? "";
      expect(stations).toHaveLength(300);
      return eventually("windows of a station", () => windowsOf(url, id), 120_000);
    });

    expect(means.every((mean) => mean >= 0)).toBe(true);
  });

  it("helm upgrade keeps the pipeline, its data and its pods' work", async () => {
    const before = await podNames();

    await helm("upgrade", "velib-operator", chart, "-n", system, ...imageSettings, "--wait");
    expect(await kubectl("get", "crd", "velibpipelines.velib.dev", "-o", "yaml"), "definitions").toContain("name: Lag");
    await kubectl("-n", city, "wait", "vp/paris", "--for=condition=Ready", "--timeout=240s");

    expect(await stationCount()).toBe(300);
    expect(await podNames(), "the same image: nothing rolls").toEqual(before);
  });

  it("helm test passes", async () => {
    expect(await helm("test", "velib-operator", "-n", system)).toContain("Succeeded");
  });

  it("helm rollback keeps them too", async () => {
    await helm("rollback", "velib-operator", "-n", system, "--wait");
    await kubectl("-n", city, "wait", "vp/paris", "--for=condition=Ready", "--timeout=240s");

    expect(await stationCount()).toBe(300);
  });

  it("helm uninstall leaves the definitions, the pipeline and what it runs; the next install takes it up", async () => {
    const before = await podNames();

    await helm("uninstall", "velib-operator", "-n", system, "--wait");

    expect(await kubectl("get", "crd", "velibpipelines.velib.dev", "-o", "name")).toContain("velibpipelines");
    expect(await podNames()).toEqual(before);
    expect(await stationCount()).toBe(300);
    await helm("install", "velib-operator", chart, "-n", system, ...imageSettings, "--take-ownership", "--wait");
    await kubectl("-n", city, "wait", "vp/paris", "--for=condition=Ready", "--timeout=240s");
  });

  it("a pipeline whose pods do not become ready says why: a wrong password, no room", async () => {
    const archiver = { resources: { requests: { memory: "4Ti" }, limits: { memory: "4Ti" } } };
    const spec = { sources: [feedSource], template: { archiver } };
    await applyObjects(kafkaLogin(city, "wrong-login", "wrong"));
    await applyObjects(externalPipeline(city, "lyon", { ...spec, kafka: externalKafka("wrong-login") }));

    const refused = await eventually("the password", () => causeIn("ProducersReady", "password"), 120_000);
    const noRoom = await eventually("the room", () => causeIn("ArchiversReady", "no node takes it"), 120_000);

    expect(refused).toMatch(/^Deployment lyon-producer-0: pods are not ready yet: Kafka/);
    expect(noRoom).toContain("Insufficient memory");
    await kubectl("-n", city, "delete", "vp", "lyon", "--timeout=120s");
    await kubectl("-n", city, "delete", "secret", "wrong-login");
  });

  it("a deleted pipeline leaves nothing", async () => {
    await kubectl("-n", city, "delete", "vp", "paris", "--timeout=120s");

    const left = await eventually("nothing but the namespace's own and the user's Secrets", leftNothing, 120_000);
    expect(left).toEqual([]);
  });
});

/**
 * The chart as it was in the newest earlier commit that changed it. Where there is none (the first release, or a clone
 * of one commit) it is this chart under an older number, whose definition lacks a column: an upgrade has to bring it.
 */
function previousChart(): string {
  const dir = mkdtempSync(join(tmpdir(), "velib-chart-"));
  const previous = join(dir, chart);
  const commit = execFileSync("git", ["rev-list", "HEAD", "--", chart], { encoding: "utf8" }).split("\n").at(1);
  if (commit) {
    const archive = execFileSync("git", ["archive", commit, chart], { maxBuffer: 64 * 1024 * 1024 });
    execFileSync("tar", ["-x", "-C", dir], { input: archive });
    return previous;
  }
  cpSync(chart, previous, { recursive: true });
  edit(join(previous, "Chart.yaml"), /^version: .*$/m, "version: 0.0.0");
  edit(join(previous, "templates/crd-velibpipelines.velib.dev.yaml"), /^ *- name: Lag\n(?: {6,}(?!- ).*\n)*/m, "");
  return previous;
}

function edit(file: string, what: RegExp, replacement: string): void {
  const before = readFileSync(file, "utf8");
  const after = before.replace(what, replacement);
  if (after === before) throw new Error(`${file} has nothing like ${what}`);
  writeFileSync(file, after);
}

async function pipelineWithStations(name: string): Promise<Static<typeof Pipeline> | null> {
  const pipeline = await getJson("-n", city, "vp", name);
  return Value.Check(Pipeline, pipeline) && pipeline.status.stations > 0 ? pipeline : null;
}

/** The message of a condition of the pipeline lyon. @throws Error with it until it has the words */
async function causeIn(type: string, words: string): Promise<string> {
  const { status } = Value.Parse(Conditions, await getJson("-n", city, "vp", "lyon"));
  const message = status.conditions.find((condition) => condition.type === type)?.message ?? "";
  if (message.includes(words)) return message;
  throw new Error(message);
}

async function windowsOf(url: string, id: string): Promise<number[] | null> {
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const { windows } = await fetchJson(Windows, `${url}/v1/stations/${encodeURIComponent(id)}/windows?from=${from}`);
  return windows.length > 0 ? windows.map(({ bikes_mean }) => bikes_mean) : null;
}

async function stationCount(): Promise<number> {
  return withPort(
    city,
    "paris-api",
    80,
    async (url) => (await fetchJson(Stations, `${url}/v1/stations`)).stations.length,
  );
}

async function podNames(): Promise<string[]> {
  return (await kubectl("-n", city, "get", "pods", "-o", "name")).trim().split("\n").sort();
}

async function leftNothing(): Promise<string[] | null> {
  const { items } = Value.Parse(List, await getJson("-n", city, kinds));
  const own = /^(kube-root-ca\.crt|default|kafka-login|mongodb-connection|cassandra-login|feed(-[a-z0-9-]+)?)$/;
  const left = items
    .filter(({ metadata }) => !own.test(metadata.name))
    .map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  return left.length === 0 ? left : null;
}

async function fetchJson<Schema extends TSchema>(schema: Schema, url: string): Promise<Static<Schema>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return Value.Parse(schema, await response.json());
}
