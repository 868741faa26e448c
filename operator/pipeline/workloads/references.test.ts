import { expect, it } from "vitest";
import { pipelineOf } from "../backbone/testing/backbone-pipeline.ts";
import { observedCluster, secretOf } from "../backbone/testing/observed-cluster.ts";
import { resolveReferences } from "./references.ts";
import { workloadReferenceNames } from "./watched-references.ts";
import type { WorkloadComponent } from "./workload-names.ts";

const token = { bearer: { secretKeyRef: { name: "feeds", key: "oslo" } } };
const withToken = {
  sources: [{ name: "oslo", gbfs: { url: "https://example.org/gbfs.json", authentication: token } }],
};
const withReaders = { api: { authentication: { bearerTokens: { secretRef: { name: "readers" } } } } };
const withZones = { zones: { geojson: { configMapRef: { name: "districts" } } } };
const withEnv = {
  template: {
    aggregator: {
      env: [
        { name: "PROXY", valueFrom: { configMapKeyRef: { name: "proxies", key: "url" } } },
        { name: "PROXY_PASSWORD", valueFrom: { secretKeyRef: { name: "proxy", key: "password" } } },
      ],
    },
  },
};

function configMapOf(name: string, data: Record<string, string>) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

function resolve(component: WorkloadComponent, spec: Record<string, unknown>, objects: ReturnType<typeof secretOf>[]) {
  const pipeline = pipelineOf(spec);
  const shard = component === "producer" ? { sources: pipeline.spec.sources, withUsers: true } : null;
  return resolveReferences(pipeline, component, shard, observedCluster(objects));
}

it.each([
  [
    "a source's Secret is missing",
    "producer",
    withToken,
    [],
    "SecretMissing",
    "Secret feeds (spec.sources[oslo].gbfs.authentication) is missing: create it with oslo",
  ],
  [
    "its key is missing",
    "producer",
    withToken,
    [secretOf("feeds", { bergen: "x" })],
    "SecretKeyMissing",
    "Secret feeds (spec.sources[oslo].gbfs.authentication) has no key oslo, but bergen: expected a text; put it in",
  ],
  [
    "the readers' Secret is empty",
    "api",
    withReaders,
    [secretOf("readers", {})],
    "SecretKeyMissing",
    "Secret readers (spec.api.authentication.bearerTokens.secretRef) has no key: nobody could read; add a key for each reader",
  ],
  [
    "the polygons are missing",
    "producer",
    withZones,
    [],
    "ConfigMapMissing",
    "ConfigMap districts (spec.zones.geojson.configMapRef) is missing: create it with zones.geojson",
  ],
  [
    "the polygons' key is missing",
    "producer",
    withZones,
    [configMapOf("districts", { "a.json": "{}" })],
    "ConfigMapKeyMissing",
    "ConfigMap districts (spec.zones.geojson.configMapRef) has no key zones.geojson, but a.json; put it in",
  ],
  [
    "a variable's Secret is missing",
    "aggregator",
    withEnv,
    [configMapOf("proxies", { url: "http://proxy" })],
    "SecretMissing",
    "Secret proxy (spec.template.aggregator.env[PROXY_PASSWORD]) is missing: create it with password",
  ],
] as const)("says what to do when %s", (_, component, spec, objects, reason, message) => {
  expect(resolve(component, spec, [...objects])).toEqual({ reason, message });
});

it("mounts what a component reads as files and only there", () => {
  const objects = [secretOf("feeds", { oslo: "t" }), configMapOf("districts", { "zones.geojson": "{}" })];
  const spec = { ...withToken, ...withZones };

  expect(resolve("producer", spec, objects)).toMatchObject({
    secrets: [{ what: "source-oslo-feeds", secretName: "feeds", keys: ["oslo"] }],
    configMaps: [{ what: "zones", configMapName: "districts", keys: ["zones.geojson"] }],
  });
  expect(resolve("aggregator", spec, [])).toMatchObject({ secrets: [], configMaps: [] });
});

it("changes a hash exactly when content that the pods use changes", () => {
  const cluster = (password: string, url: string, other: string) => [
    secretOf("proxy", { password, other }),
    configMapOf("proxies", { url, other }),
  ];
  const before = resolve("aggregator", withEnv, cluster("a", "b", "c"));

  expect(resolve("aggregator", withEnv, cluster("a", "b", "other"))).toEqual(before);
  expect(resolve("aggregator", withEnv, cluster("x", "b", "c"))).toMatchObject({
    secretEnvHash: expect.not.stringMatching("secretEnvHash" in before ? before.secretEnvHash : ""),
    configMapHash: "configMapHash" in before && before.configMapHash,
  });
  expect(resolve("aggregator", withEnv, cluster("a", "x", "c"))).toMatchObject({
    secretEnvHash: "secretEnvHash" in before && before.secretEnvHash,
    configMapHash: expect.not.stringMatching("configMapHash" in before ? before.configMapHash : ""),
  });
});

it("names every Secret and ConfigMap whose change matters, each once", () => {
  const users = {
    randomUser: { url: "https://example.org/users" },
    personalData: { email: "Hash", hashKeySecretKeyRef: { name: "users-key", key: "key" } },
  };

  expect(workloadReferenceNames(pipelineOf({ ...withToken, ...withReaders, ...withZones, ...withEnv, users }))).toEqual(
    {
      secrets: ["feeds", "proxy", "readers", "users-key"],
      configMaps: ["districts", "proxies"],
    },
  );
  expect(workloadReferenceNames(pipelineOf())).toEqual({ secrets: [], configMaps: [] });
});
