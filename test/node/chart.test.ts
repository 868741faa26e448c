import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { helm, kubectl } from "./cluster.ts";

const run = promisify(execFile);
const chart = "charts/velib-operator";

/** Every optional object of the chart at once. */
const everything = [
  ...["--set", "metrics.serviceMonitor.enabled=true"],
  ...["--set", "watchNamespaces[0]=lyon", "--set", "watchNamespaces[1]=paris"],
];

/** Kinds whose schema the cluster under test does not have. */
const partnerKinds = "ServiceMonitor";

let schemas: string;
let cluster: string[];

beforeAll(async () => {
  const { gitVersion } = JSON.parse(await kubectl("get", "--raw", "/version"));
  cluster = ["--kube-version", gitVersion];
  schemas = mkdtempSync(join(tmpdir(), "velib-schemas-"));
  writeSchemas(schemas, JSON.parse(await kubectl("get", "--raw", "/openapi/v2")));
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
      ...["-strict", "-summary", "-skip", partnerKinds, "-schema-location", location, rendered],
    ]).catch(({ stdout, stderr }) => ({ stdout: `${stdout}${stderr}` }));

    expect(told.stdout).toMatch(/Valid: [1-9]\d*, Invalid: 0, Errors: 0/);
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
  const closed = JSON.parse(JSON.stringify(definitions), (_, value) => {
    // OpenAPI 2 has no word for "a number or a text": the document says text.
    if (value?.format === "int-or-string") return { ...value, type: ["integer", "string"] };
    const isOpen = value?.properties !== undefined && value.additionalProperties === undefined;
    return isOpen ? { ...value, additionalProperties: false } : value;
  });
  writeFileSync(join(dir, "definitions.json"), JSON.stringify({ definitions: closed }));
  for (const [name, definition] of Object.entries(definitions)) {
    for (const { group, version, kind } of definition["x-kubernetes-group-version-kind"] ?? []) {
      const suffix = group === "" ? `-${version}` : `-${group.split(".")[0]}-${version}`;
      const schema = { $ref: `definitions.json#/definitions/${name}` };
      writeFileSync(join(dir, `${kind.toLowerCase()}${suffix}.json`), JSON.stringify(schema));
    }
  }
}
