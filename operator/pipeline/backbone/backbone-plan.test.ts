import { expect, it } from "vitest";
import { checkBackboneConfig } from "../../../services/config/load-backbone-config.ts";
import { pipelinePrefix, type VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject, ResourceType } from "../../runtime/kube-object.ts";
import { type BackbonePlan, planBackbone } from "./backbone-plan.ts";
import type { ObservedObjects } from "./observed-objects.ts";
import { secretKind } from "./partner-kinds.ts";
import { isRetained } from "./retained-objects.ts";
import { ownInfrastructure, pipelineOf } from "./testing/backbone-pipeline.ts";
import { mongodbAccount, observedCluster, ownSecrets } from "./testing/observed-cluster.ts";
import { allReady, strimziSecrets } from "./testing/partner-reports.ts";
import { backboneSecretNames } from "./watched-secrets.ts";

const password = () => "thought-up";

/** What a cluster holds once all of a plan was written and its partners are done. */
function settled(pipeline: VelibPipeline): KubeObject[] {
  const { objects, created } = planBackbone(pipeline, observedCluster([]), password);
  const written = [...objects, ...created].map(({ object }) => object);
  return [...allReady(written), ...strimziSecrets, mongodbAccount];
}

/** The services' configuration file, as far as the backbone makes it; throws while something is waited for. */
function configOf(pipeline: VelibPipeline, { connections }: BackbonePlan): Record<string, unknown> {
  const config: Record<string, unknown> = { pipeline: pipelinePrefix(pipeline) };
  for (const [name, connection] of Object.entries(connections)) {
    if (connection.state === "waiting") throw new Error(connection.message);
    config[name] = connection.config;
  }
  return config;
}

it.each<[string, VelibPipeline, readonly KubeObject[]]>([
  ["all made by partners", pipelineOf(), settled(pipelineOf())],
  ["all of the user's own", pipelineOf(ownInfrastructure), ownSecrets],
])("the services accept the configuration with %s", (_case, pipeline, objects) => {
  const plan = planBackbone(pipeline, observedCluster(objects), password);

  expect(plan.findings.map(({ status }) => status)).toEqual(plan.findings.map(() => "True"));
  const config = configOf(pipeline, plan);
  expect(checkBackboneConfig(config, "pipeline")).toMatchObject(config);
});

it("has a condition for each component, and for the registry where there is one", () => {
  const types = (pipeline: VelibPipeline) =>
    planBackbone(pipeline, observedCluster([]), password).findings.map(({ type }) => type);

  expect(types(pipelineOf())).toEqual(["KafkaReady", "MongodbReady", "CassandraReady"]);
  expect(types(pipelineOf(ownInfrastructure))).toContain("SchemaRegistryReady");
});

it("names every CRD that is missing, each in its condition", () => {
  const bare = observedCluster(
    [],
    ["Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser", "MongoDBCommunity", "CassandraDatacenter"],
  );

  const { findings } = planBackbone(pipelineOf(), bare, password);

  expect(findings).toEqual([
    expect.objectContaining({ reason: "CrdMissing", message: expect.stringContaining("kafkas.kafka.strimzi.io") }),
    expect.objectContaining({
      reason: "CrdMissing",
      message: expect.stringContaining("mongodbcommunity.mongodbcommunity.mongodb.com"),
    }),
    expect.objectContaining({
      reason: "CrdMissing",
      message: expect.stringContaining("cassandradatacenters.cassandra.datastax.com"),
    }),
  ]);
});

it("asks for the same thing, byte by byte, when it looks again", () => {
  const pipeline = pipelineOf();
  const observed = observedCluster(settled(pipeline));
  const text = () => JSON.stringify(planBackbone(pipeline, observed, password));

  expect(text()).toBe(text());
});

it("creates logins before all else, and none again", () => {
  const pipeline = pipelineOf();

  expect(planBackbone(pipeline, observedCluster([]), password).created).toHaveLength(2);
  expect(planBackbone(pipeline, observedCluster(settled(pipeline)), password).created).toEqual([]);
});

it.each([
  ["Retain", ["KafkaUser"]],
  [
    "Delete",
    ["CassandraDatacenter", "Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser", "MongoDBCommunity", "Secret"],
  ],
])("with deletion policy %s these go with the pipeline: %j", (deletionPolicy, kinds) => {
  const { objects, created } = planBackbone(pipelineOf({ deletionPolicy }), observedCluster([]), password);

  const gone = [...objects, ...created].filter(({ object }) => !isRetained(object)).map(({ object }) => object.kind);

  expect([...new Set(gone)].sort()).toEqual(kinds);
});

it.each([
  ["all made by partners", pipelineOf(), settled(pipelineOf())],
  ["all of the user's own", pipelineOf(ownInfrastructure), [...ownSecrets]],
])("watches every Secret that it reads, with %s", (_case, pipeline, objects) => {
  const read = new Set<string>();
  const cluster = observedCluster(objects);
  const recording: ObservedObjects = {
    ...cluster,
    get(type: ResourceType, name) {
      if (type.kind === secretKind.kind) read.add(name);
      return cluster.get(type, name);
    },
  };

  planBackbone(pipeline, recording, password);

  expect([...read].sort()).toEqual(backboneSecretNames(pipeline));
});
