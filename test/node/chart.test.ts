import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { absentPartners, partnerDefinitions } from "../real/kube/partner-definitions.ts";
import { helm, kubectl } from "./cluster.ts";

const run = promisify(execFile);
const chart = "charts/velib-operator";

/** Every optional object of the chart at once. */
const everything = [
  ...["--set", "metrics.serviceMonitor.enabled=true"],
  ...["--set", "watchNamespaces[0]=lyon", "--set", "watchNamespaces[1]=paris"],
];

/** Without the partner's definition its kind is left out; REQUIRE_REAL=1 does not let that pass. */
const absent = absentPartners(["prometheus-operator"]);
const skipped = absent === null ? [] : ["-skip", "ServiceMonitor"];

let schemas: string;
let cluster: string[];

beforeAll(async () => {
  const { gitVersion } = JSON.parse(await kubectl("get", "--raw", "/version"));
  cluster = ["--kube-version", gitVersion];
  schemas = mkdtempSync(join(tmpdir(), "velib-schemas-"));
  writeSchemas(schemas, JSON.parse(await kubectl("get", "--raw", "/openapi/v2")));
  if (absent === null) writeServiceMonitorSchema(schemas);
});
afterAll(() => rmSync(schemas, { recursive: true }));

describe("the chart", () => {
  it("passes helm lint, strictly", async () => {
    expect(await helm("lint", "--strict", "--quiet", chart)).toBe("");
  });

  it("passes its own tests", async () => {
    const { stdout } = await run("helm-unittest", ["--strict", chart]);

    expect(stdout).toMatch(/Tests:\s+[1-9]\d* passed, \d+ total/);
  });

  it("is checked against the partner's real definition too", () => {
    if (process.env.REQUIRE_REAL === "1") expect(absent).toBeNull();
  });

  it.each([
    ["as it comes", []],
    ["with everything on", everything],
  ])("renders %s to what the API's schemas allow", async (_, values) => {
    const rendered = join(schemas, "rendered.yaml");
    writeFileSync(
      rendered,
      await helm("template", "velib-operator", chart, "--namespace", "velib-system", ...cluster, ...values),
    );

    const location = `${schemas}/{{ .ResourceKind }}{{ .KindSuffix }}.json`;
    const told = await run("kubeconform", [
      ...["-strict", "-summary", ...skipped, "-schema-location", location, rendered],
    ]).catch(({ stdout, stderr }) => ({ stdout: `${stdout}${stderr}` }));

    expect(told.stdout).toMatch(/Valid: [1-9]\d*, Invalid: 0, Errors: 0/);
    if (absent === null) expect(told.stdout).toContain("Skipped: 0");
  });
});

interface OpenApi {
  definitions: Record<
    string,
    { "x-kubernetes-group-version-kind"?: { group: string; version: string; kind: string }[] }
  >;
}

/** A schema a kind, named as kubeconform looks for it, out of the API server's own OpenAPI document. */
function writeSchemas(dir: string, { definitions }: OpenApi): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "definitions.json"), JSON.stringify({ definitions: closed(definitions) }));
  for (const [name, definition] of Object.entries(definitions)) {
    for (const { group, version, kind } of definition["x-kubernetes-group-version-kind"] ?? []) {
      const suffix = group === "" ? `-${version}` : `-${group.split(".")[0]}-${version}`;
      const schema = { $ref: `definitions.json#/definitions/${name}` };
      writeFileSync(join(dir, `${kind.toLowerCase()}${suffix}.json`), JSON.stringify(schema));
    }
  }
}

/** Of the definition that the Prometheus operator's release installs. */
function writeServiceMonitorSchema(dir: string): void {
  const definition = partnerDefinitions("prometheus-operator").find(({ metadata }) =>
    metadata.name.startsWith("servicemonitors."),
  );
  const { versions } = Object(definition?.spec);
  const { schema } = versions.find(({ name }: { name: string }) => name === "v1");
  const { properties, ...rest } = closed(schema.openAPIV3Schema);
  const members = typeof properties === "object" ? properties : {};
  // a definition says nothing of what is in metadata
  const whole = { ...rest, properties: { ...members, metadata: { type: "object" } } };
  writeFileSync(join(dir, "servicemonitor-monitoring-v1.json"), JSON.stringify(whole));
}

/** The same schema, which knows no members but those it names. */
function closed(schema: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schema), (_, value) => {
    // OpenAPI 2 has no word for "a number or a text": the document says text.
    if (value?.format === "int-or-string") return { ...value, type: ["integer", "string"] };
    const isOpen = value?.properties !== undefined && value.additionalProperties === undefined;
    return isOpen ? { ...value, additionalProperties: false } : value;
  });
}
