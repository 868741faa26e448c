import { describe, expect, it } from "vitest";
import { parseModelTraining, parseVelibPipeline } from "./parse-resource.ts";
import { kindOfSource } from "./sources.ts";
import { pipelinePrefix } from "./velib-pipeline.ts";

const smallest = {
  apiVersion: "velib.dev/v1alpha1",
  kind: "VelibPipeline",
  metadata: { name: "oslo", namespace: "bikes", resourceVersion: "7" },
  spec: { sources: [{ name: "oslo", gbfs: { url: "https://example.org/gbfs.json" } }] },
};

describe("parseVelibPipeline", () => {
  it("gives the smallest pipeline the infrastructure that partners' operators make, a node each", () => {
    const { spec } = parseVelibPipeline(smallest);

    expect(spec.kafka.strimzi).toEqual({ replicas: 1, storage: { size: "10Gi" } });
    expect(spec.mongodb.community).toMatchObject({ members: 1, storage: { size: "10Gi" } });
    expect(spec.cassandra.datacenter).toMatchObject({ size: 1, storage: { size: "20Gi" } });
    expect(spec.topics).toEqual({ partitions: 3, replication: 1, minInsyncReplicas: 1, retention: "7d" });
  });

  it("makes nothing beside infrastructure that is there already", () => {
    const kafka = { bootstrapServers: ["kafka:9092"] };

    const { spec } = parseVelibPipeline({ ...smallest, spec: { ...smallest.spec, kafka } });

    expect(spec.kafka).toEqual(kafka);
  });

  it("keeps what it does not know, and the object it was made from", () => {
    const object = { ...smallest, metadata: { ...smallest.metadata, labels: { team: "city" } } };
    const before = structuredClone(object);

    const pipeline = parseVelibPipeline(object);

    expect(pipeline.metadata).toEqual(before.metadata);
    expect(object).toEqual(before);
  });

  it("takes a status of another form for none, so that it is written anew", () => {
    const strange = { ...smallest, status: { stations: "many" } };

    expect(parseVelibPipeline(strange).status).toBeUndefined();
    expect(parseVelibPipeline({ ...smallest, status: { stations: 5 } }).status).toEqual({ stations: 5 });
  });

  it("names the resource, the field and the remedy where the CRD let something else in", () => {
    const spec = { sources: [{ name: "oslo", gbfs: { url: 7 } }] };

    expect(() => parseVelibPipeline({ ...smallest, spec })).toThrow(
      /^VelibPipeline bikes\/oslo: spec\.sources\.0\.gbfs\.url .*; apply the CRDs of this operator's version$/,
    );
  });
});

describe("a parsed pipeline", () => {
  it("is called by its prefix in the stores, else by its name", () => {
    const prefixed = { ...smallest, spec: { ...smallest.spec, prefix: "bikes" } };

    expect(pipelinePrefix(parseVelibPipeline(smallest))).toBe("oslo");
    expect(pipelinePrefix(parseVelibPipeline(prefixed))).toBe("bikes");
  });

  it.each([
    ["opendatasoft", { opendatasoft: { url: "https://example.org", dataset: "bikes" } }],
    ["gbfs", { gbfs: { url: "https://example.org/gbfs.json" } }],
    ["replay", { replay: { claimName: "data", path: "day.csv" } }],
    ["simulator", { simulator: {} }],
  ])("tells a source of kind %s", (kind, members) => {
    const spec = { sources: [{ name: "one", ...members }] };

    const [source] = parseVelibPipeline({ ...smallest, spec }).spec.sources;

    expect(source && kindOfSource(source)).toBe(kind);
  });
});

describe("parseModelTraining", () => {
  it("fills in what the course project asks for: full in an hour, by Newton, judged by Brier", () => {
    const training = parseModelTraining({
      apiVersion: "velib.dev/v1alpha1",
      kind: "ModelTraining",
      metadata: { name: "full" },
      spec: { pipelineRef: { name: "oslo" }, logisticRegression: {} },
    });

    expect(training.spec).toMatchObject({
      logisticRegression: { target: "Full", horizon: "60m", history: "30d", solver: "Newton", l2: 1 },
      promotion: { metric: "Brier", minimumGain: 0 },
      timeZone: "Etc/UTC",
      suspend: false,
    });
  });
});
