import { describe, expect, it } from "vitest";
import { observedCluster, secretOf } from "../backbone/testing/observed-cluster.ts";
import { contextOf, objectNamed, objectsOf, workloadObjects } from "./testing/workload-context.ts";
import { workloadSets, workloads } from "./workloads.ts";

const everything = {
  sources: [
    { name: "paris", simulator: { stations: 10 } },
    { name: "oslo", replay: { claimName: "recordings", path: "oslo" } },
  ],
  polling: { producers: 2 },
  aggregation: { autoscaling: { maxReplicas: 3 } },
  archive: { replicas: 2 },
  batch: {},
  api: { replicas: 2, expose: { gateway: { host: "velib.example.org", gatewayRef: { name: "public" } } } },
  monitoring: { podMonitor: {}, rules: {}, dashboard: {} },
};

function names(objects: ReturnType<typeof workloadObjects>) {
  return objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

describe("what runs for a pipeline", () => {
  it("is the same to the byte for the same input", () => {
    expect(JSON.stringify(workloadObjects(everything))).toBe(JSON.stringify(workloadObjects(everything)));
  });

  it("is these objects for the smallest pipeline", () => {
    expect(names(workloadObjects())).toEqual([
      "ServiceAccount paris",
      "NetworkPolicy paris",
      "ConfigMap paris-producer",
      "Deployment paris-producer-0",
      "NetworkPolicy paris-producer",
      "ConfigMap paris-aggregator",
      "Deployment paris-aggregator",
      "NetworkPolicy paris-aggregator",
      "ConfigMap paris-archiver",
      "Deployment paris-archiver",
      "NetworkPolicy paris-archiver",
      "ConfigMap paris-api",
      "Deployment paris-api",
      "Service paris-api",
      "NetworkPolicy paris-api",
    ]);
  });

  it("has every name once, and none that is too long, whatever the pipeline is called", () => {
    const { pipeline, ...context } = contextOf({ ...everything, prefix: "long" });
    const name = `a${"-very.long".repeat(20)}`;
    const objects = objectsOf(
      workloads({ ...context, pipeline: { ...pipeline, metadata: { name, namespace: "bikes" } } }),
    );

    expect(new Set(names(objects)).size).toBe(objects.length);
    expect(Math.max(...objects.map(({ metadata }) => metadata.name.length))).toBeLessThanOrEqual(63);
    expect(objects.find(({ kind }) => kind === "CronJob")?.metadata.name.length).toBeLessThanOrEqual(52);
  });

  it("bears labels that tell whose it is and what for", () => {
    for (const object of workloadObjects(everything)) {
      expect(object.metadata.labels, `${object.kind} ${object.metadata.name}`).toMatchObject({
        "app.kubernetes.io/instance": "paris",
        "app.kubernetes.io/managed-by": "velib-operator",
        "app.kubernetes.io/component": expect.stringMatching(/^(pipeline|producer|aggregator|archiver|api|batch)$/),
      });
    }
  });
});

describe("a pipeline that can't be run as it is asked", () => {
  it("holds the components that lack something and makes the others", () => {
    const { observed, connections, ...context } = contextOf({ batch: {} });
    const cassandra = { state: "waiting", reason: "SecretMissing", message: "Secret cassandra is missing" } as const;

    const { sets, held } = workloads({ ...context, observed, connections: { ...connections, cassandra } });

    const because = { reason: "SecretMissing", message: "Secret cassandra is missing" };
    expect(Object.fromEntries(held)).toEqual({ archiver: because, batch: because });
    expect([...sets.keys()]).toEqual(["pipeline", "producer", "aggregator", "api"]);
  });

  it("gives an empty set for what is not asked for, so that it is pruned", () => {
    const { sets } = workloads(contextOf());

    expect([...sets.keys()]).toEqual([...workloadSets]);
    expect(sets.get("batch")).toEqual([]);
  });

  it("leaves out kinds that are not served, and says what to install", () => {
    const { missing, sets } = workloads(contextOf(everything, { missingKinds: ["PodMonitor", "HTTPRoute"] }));

    expect(missing).toEqual([
      {
        crd: "httproutes.gateway.networking.k8s.io",
        objects: ["HTTPRoute paris-api"],
        message: expect.stringContaining("install the Gateway API"),
      },
      {
        crd: "podmonitors.monitoring.coreos.com",
        objects: ["PodMonitor paris"],
        message: expect.stringContaining("install the Prometheus operator"),
      },
    ]);
    expect([...sets.values()].flat().map(({ type }) => type.kind)).not.toContain("HTTPRoute");
  });

  it("runs minReplicas aggregators while KEDA is not there", () => {
    const spec = { aggregation: { autoscaling: { minReplicas: 2, maxReplicas: 3 } } };

    expect(workloadObjects(spec, { missingKinds: ["ScaledObject"] })).toContainEqual(
      expect.objectContaining({ kind: "Deployment", spec: expect.objectContaining({ replicas: 2 }) }),
    );
  });
});

describe("suspending", () => {
  const replicasOf = (objects: ReturnType<typeof workloadObjects>) =>
    Object.fromEntries(
      objects.flatMap(({ kind, metadata, spec }) =>
        kind === "Deployment" ? [[metadata.name, (spec as { replicas?: number }).replicas]] : [],
      ),
    );

  it.each([
    ["producing and consuming", { producing: true, consuming: true }, [1, undefined, 2, 2], false],
    ["working the backlog off", { producing: false, consuming: true }, [0, undefined, 2, 2], false],
    ["drained", { producing: false, consuming: false }, [0, 0, 0, 2], true],
  ] as const)("while %s the right processes run", (_, activity, [producer, aggregator, archiver, api], suspended) => {
    const objects = workloadObjects(everything, { activity });

    expect(replicasOf(objects)).toEqual({
      "paris-producer-0": producer,
      "paris-producer-1": producer,
      "paris-aggregator": aggregator,
      "paris-archiver": archiver,
      "paris-api": api,
    });
    expect(objectNamed(objects, "CronJob", "paris-batch").spec).toMatchObject({ suspend: suspended });
    expect(objects.some(({ kind }) => kind === "ScaledObject")).toBe(!suspended);
  });
});

it("applies no Secret of the user and writes none of their content anywhere", () => {
  const text = JSON.stringify(workloadObjects(everything));

  for (const secret of ["kafka-secret", "mongo-secret", "cassandra-secret"]) expect(text).not.toContain(secret);
});

it("names for every component the Secret that is missing", () => {
  const readers = { api: { authentication: { bearerTokens: { secretRef: { name: "readers" } } } } };
  const { observed: _observed, ...context } = contextOf(readers, { objects: [secretOf("readers", { me: "x" })] });

  const { held } = workloads({ ...context, observed: observedCluster([]) });

  expect([...held]).toEqual([["api", { reason: "SecretMissing", message: expect.stringContaining("Secret readers") }]]);
});
