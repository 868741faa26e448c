import { expect, it } from "vitest";
import { datacenterObject } from "../../../operator/pipeline/backbone/cassandra.ts";
import { communityObject } from "../../../operator/pipeline/backbone/mongodb.ts";
import { cassandraKind, mongodbKind, secretKind } from "../../../operator/pipeline/backbone/partner-kinds.ts";
import { cassandraState, mongodbState } from "../../../operator/pipeline/backbone/partner-status.ts";
import { pipelineOf } from "../../../operator/pipeline/backbone/testing/backbone-pipeline.ts";
import { secretOf } from "../../../operator/pipeline/backbone/testing/observed-cluster.ts";
import type { KubeObject, LiveObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { until } from "../../testbed/faults/until.ts";
import { configMaps, someone, statefulSets, type TestNamespace } from "./cluster.ts";
import { cassOperator, describeOperator, mongodbOperator } from "./partner-operators.ts";

const services: ResourceType = { apiVersion: "v1", kind: "Service", plural: "services", namespaced: true };
const patience = 60_000;

describeOperator(mongodbOperator, (run) => {
  it("makes the replica set that the connection expects, and is understood", async () => {
    const pipeline = pipelineOf();
    const { community } = pipeline.spec.mongodb;
    if (community === undefined) throw new Error("no community");
    await create(run.namespace(), secretKind, secretOf("paris-mongodb-user", { username: "velib", password: "p" }));
    await create(run.namespace(), mongodbKind, communityObject(pipeline, community));

    run.start();

    const statefulSet = await appears(run.namespace(), statefulSets, "paris");
    expect(statefulSet).toHaveProperty("spec.selector.matchLabels", { app: "paris-svc" });
    expect(statefulSet).toHaveProperty("spec.template.spec.serviceAccountName", "mongodb-database");
    expect(JSON.stringify(statefulSet.spec)).toContain('"storage":"10Gi"');
    await appears(run.namespace(), services, "paris-svc");
    await until(
      "a report that is understood",
      async () => {
        const state = mongodbState(await appears(run.namespace(), mongodbKind, "paris"));
        return state.state === "waiting" && state.reason === "Provisioning" ? state : null;
      },
      patience,
    );
  });
});

describeOperator(cassOperator, (run) => {
  it("makes the data centre that the connection expects, with the login given, and is understood", async () => {
    const pipeline = pipelineOf();
    const { datacenter } = pipeline.spec.cassandra;
    if (datacenter === undefined) throw new Error("no datacenter");
    const login = secretOf("paris-cassandra-superuser", { username: "velib", password: "p" });
    await create(run.namespace(), configMaps, imageConfig);
    await create(run.namespace(), secretKind, login);
    await create(run.namespace(), cassandraKind, datacenterObject(pipeline, datacenter));

    run.start();

    const statefulSet = await appears(run.namespace(), statefulSets, "paris-paris-r1-sts");
    const template = JSON.stringify(statefulSet.spec);
    for (const wanted of ['"storage":"20Gi"', '"memory":"2Gi"', "1024M", "PasswordAuthenticator"]) {
      expect(template).toContain(wanted);
    }
    await appears(run.namespace(), services, "paris-paris-service");
    expect(await run.namespace().api.get(secretKind, keyOf(run.namespace(), "paris-superuser"))).toBeNull();
    await until(
      "a report that is understood",
      async () => {
        const state = cassandraState(await appears(run.namespace(), cassandraKind, "paris"));
        return state.state === "waiting" && state.reason === "Provisioning" ? state : null;
      },
      patience,
    );
  });
});

/** cass-operator does not start without it; the images are never pulled, as no pod runs. */
const imageConfig: KubeObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "image-config", labels: { "k8ssandra.io/config": "image" } },
  data: {
    "image_config.yaml": JSON.stringify({
      apiVersion: "config.k8ssandra.io/v1beta2",
      kind: "ImageConfig",
      metadata: { name: "image-config" },
      images: {
        "system-logger": { repository: "test", name: "system-logger", tag: "1" },
        "config-builder": { repository: "test", name: "cass-config-builder", tag: "1" },
        "k8ssandra-client": { repository: "test", name: "k8ssandra-client", tag: "1" },
      },
      defaults: { registry: "velib.test" },
      types: { cassandra: { repository: "test", name: "cass-management-api" } },
    }),
  },
};

function create({ api, name }: TestNamespace, type: ResourceType, object: KubeObject): Promise<LiveObject> {
  return api.create(type, { ...object, metadata: { ...object.metadata, namespace: name } }, someone);
}

function appears(namespace: TestNamespace, type: ResourceType, name: string): Promise<LiveObject> {
  return until(`${type.kind} ${name}`, () => namespace.api.get(type, keyOf(namespace, name)), patience);
}

function keyOf({ name: namespace }: TestNamespace, name: string) {
  return { namespace, name };
}
