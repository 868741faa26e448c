import { describe, expect, it } from "vitest";
import { checkBackboneConfig } from "../../services/config/load-backbone-config.ts";
import { pipelineOf as backbonePipeline } from "../pipeline/backbone/testing/backbone-pipeline.ts";
import { ownSecrets, secretOf } from "../pipeline/backbone/testing/observed-cluster.ts";
import { storedPipeline } from "../pipeline/stored-pipeline.ts";
import type { LiveObject } from "../runtime/kube-object.ts";
import { inputsOf, readyInputs, trainingOf } from "./testing/training-examples.ts";
import { pipelineOf } from "./training-inputs.ts";

const two = {
  sources: [
    { name: "paris", simulator: {} },
    { name: "oslo", simulator: {} },
  ],
};
const fromSource = (source: string) => trainingOf({ logisticRegression: { source } });
const fromSecret = trainingOf({
  template: { env: [{ name: "PROXY", valueFrom: { secretKeyRef: { name: "proxy", key: "url" } } }] },
});
const fromConfigMap = trainingOf({
  template: { env: [{ name: "PROXY", valueFrom: { configMapKeyRef: { name: "proxy", key: "url" } } }] },
});
const proxyMap = (data: Record<string, string>) => ({
  objects: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "proxy" }, data }],
});

describe("the inputs of a training", () => {
  it("hold a configuration that velib train accepts", () => {
    const { config, source } = readyInputs(trainingOf());

    expect(() => checkBackboneConfig(JSON.parse(config.text), "trainer")).not.toThrow();
    expect(source).toBe("paris");
    expect(config.secrets.map(({ secretName }) => secretName)).toEqual(expect.arrayContaining(["mongo", "cassandra"]));
  });

  it("name the source that the spec names", () => {
    expect(readyInputs(fromSource("oslo"), two).source).toBe("oslo");
  });

  it.each([
    [
      "several sources and none named",
      trainingOf(),
      two,
      {},
      "SourceUnclear",
      "paris, oslo: name one in spec.logisticRegression.source",
    ],
    [
      "another source than there are",
      fromSource("rome"),
      two,
      {},
      "SourceMissing",
      "but not rome (spec.logisticRegression.source)",
    ],
    [
      "MongoDB's Secret missing",
      trainingOf(),
      {},
      { secrets: ownSecrets.filter(({ metadata }) => metadata.name !== "mongo") },
      "SecretMissing",
      "VelibPipeline paris: Secret mongo (spec.mongodb.connectionSecretRef)",
    ],
    [
      "a variable's Secret missing",
      fromSecret,
      {},
      {},
      "SecretMissing",
      "Secret proxy (spec.template.env[PROXY]) is missing",
    ],
    [
      "a variable's key missing",
      fromSecret,
      {},
      { objects: [secretOf("proxy", { uri: "x" })] },
      "SecretKeyMissing",
      "has no key url, but uri",
    ],
    [
      "a variable's ConfigMap missing",
      fromConfigMap,
      {},
      {},
      "ConfigMapMissing",
      "ConfigMap proxy (spec.template.env[PROXY])",
    ],
    ["a ConfigMap's key missing", fromConfigMap, {}, proxyMap({ uri: "x" }), "ConfigMapKeyMissing", "has no key url"],
  ])("are held by %s, with the name and the remedy", (_, training, pipelineSpec, given, reason, message) => {
    expect(inputsOf(training, pipelineSpec, given)).toEqual({ reason, message: expect.stringContaining(message) });
  });

  it("are there with everything that variables name", () => {
    expect(inputsOf(fromConfigMap, {}, proxyMap({ url: "http://proxy" }))).toHaveProperty("config");
    expect(inputsOf(fromSecret, {}, { objects: [secretOf("proxy", { url: "http://proxy" })] })).toHaveProperty(
      "config",
    );
  });
});

describe("the pipeline of a training", () => {
  const { metadata, ...rest } = backbonePipeline();
  const live: LiveObject = { ...rest, metadata: { ...metadata, uid: "1", resourceVersion: "1" } };

  it.each([
    ["is missing", null, "PipelineMissing", "create it"],
    [
      "is being deleted",
      storedPipeline({ ...live, metadata: { ...live.metadata, deletionTimestamp: "2024-11-09T03:00:00Z" } }),
      "PipelineTerminating",
      "being deleted",
    ],
    ["can't be read", storedPipeline({ ...live, spec: {} }), "PipelineInvalid", "apply the CRDs"],
  ])("holds it while it %s", (_, stored, reason, message) => {
    expect(pipelineOf(trainingOf(), stored)).toEqual({ reason, message: expect.stringContaining(message) });
  });

  it("is used whatever else of it is not ready", () => {
    expect(pipelineOf(trainingOf(), storedPipeline(live))).toMatchObject({ pipeline: { metadata: { name: "paris" } } });
  });
});
