import { randomBytes } from "node:crypto";
import Type from "typebox";
import Value from "typebox/value";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackboneObject } from "../../../operator/pipeline/backbone/observed-objects.ts";
import { secretOf } from "../../../operator/pipeline/backbone/testing/observed-cluster.ts";
import { contextOf, type Given } from "../../../operator/pipeline/workloads/testing/workload-context.ts";
import { workloads } from "../../../operator/pipeline/workloads/workloads.ts";
import { httpKubeApi } from "../../../operator/runtime/http-kube-api.ts";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import { connectionFor, type KubeConnection } from "../../../operator/runtime/kube-connection.ts";
import type { KubeObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { describeAbsent, describeReal } from "../servers.ts";
import { deployments, someone } from "./cluster.ts";
import { absentPartners, installPartners, type Partner } from "./partner-definitions.ts";

const partners: readonly Partner[] = ["keda", "spark-operator", "prometheus-operator", "gateway-api"];
const operator = { fieldManager: "velib-operator", fieldValidation: "Strict" } as const;
const pods: ResourceType = { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true };
const namespaces: ResourceType = { apiVersion: "v1", kind: "Namespace", plural: "namespaces", namespaced: false };

const readers = { api: { authentication: { bearerTokens: { secretRef: { name: "readers" } } } } };
const proxy = { name: "PROXY_PASSWORD", valueFrom: { secretKeyRef: { name: "readers", key: "me" } } };
const variants: [name: string, spec: Record<string, unknown>, given?: Given][] = [
  ["the smallest pipeline", {}],
  [
    "sources of every kind over two producers, users, polygons and a batch",
    {
      sources: [
        { name: "paris", opendatasoft: { url: "https://opendata.paris.fr", dataset: "velib" } },
        {
          name: "oslo",
          gbfs: {
            url: "https://example.org/gbfs.json",
            authentication: { bearer: { secretKeyRef: { name: "feeds", key: "oslo" } } },
          },
        },
        { name: "recorded", replay: { claimName: "recordings.2024", path: "paris" } },
        { name: "made-up", simulator: {} },
      ],
      polling: { producers: 2 },
      zones: { geojson: { configMapRef: { name: "districts" } } },
      users: { randomUser: { url: "https://example.org/users" } },
      batch: { timeZone: "Europe/Paris" },
      ...readers,
    },
  ],
  ["KEDA", { aggregation: { autoscaling: { maxReplicas: 3 } } }],
  ["an HPA", { aggregation: { autoscaling: { maxReplicas: 3, engine: "HPA", scaleUpCooldown: "0s" } } }],
  [
    "Spark",
    { batch: { engine: "Spark", spark: { image: "spark:4.0.1", serviceAccountName: "spark" }, historyLimits: {} } },
  ],
  [
    "an Ingress, monitoring and several replicas",
    {
      aggregation: { replicas: 3 },
      archive: { replicas: 2 },
      api: {
        replicas: 2,
        expose: {
          ingress: { host: "velib.example.org", className: "nginx", tlsSecretName: "cert", annotations: { a: "b" } },
        },
      },
      monitoring: { podMonitor: { labels: { release: "p" } }, rules: {}, dashboard: {} },
    },
  ],
  [
    "a Gateway and network policies of the user's",
    {
      api: { expose: { gateway: { host: "velib.example.org", gatewayRef: { name: "public", sectionName: "https" } } } },
      networkPolicy: {
        apiFrom: [{ namespaceSelector: {} }],
        metricsFrom: [{ ipBlock: { cidr: "10.0.0.0/8" } }],
        extraEgress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }],
      },
    },
  ],
  [
    "pods to the user's taste",
    {
      template: {
        all: {
          labels: { team: "data" },
          annotations: { a: "b" },
          nodeSelector: { "kubernetes.io/os": "linux" },
          tolerations: [{ key: "bikes", operator: "Exists" }],
          env: [{ name: "HTTPS_PROXY", value: "http://proxy:3128" }, proxy],
          imagePullSecrets: [{ name: "registry" }],
          topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway" }],
        },
        batch: { resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "2Gi" } } },
      },
      batch: { storage: { claimName: "files" } },
    },
  ],
  ["a suspended pipeline", { suspend: true, batch: {} }, { activity: { producing: false, consuming: false } }],
];

const given: Given = {
  objects: [
    secretOf("readers", { me: "token" }),
    secretOf("feeds", { oslo: "token" }),
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "districts" }, data: { "zones.geojson": "{}" } },
  ],
};

const suite = "what runs for a pipeline, on a real API server";
const absent = absentPartners(partners);
if (absent === null) describeReal(suite, ["kube"], ({ kubeconfig }) => contracts(kubeconfig));
else describeAbsent(suite, absent);

function contracts(kubeconfig: string) {
  const namespace = `workloads-${randomBytes(4).toString("hex")}`;
  let connection: KubeConnection;
  let api: KubeApi;

  beforeAll(async () => {
    connection = await connectionFor(kubeconfig);
    api = httpKubeApi({ connection });
    await installPartners(api, partners);
    const labels = {
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/warn": "restricted",
    };
    await api.create(
      namespaces,
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } },
      someone,
    );
  });
  afterAll(async () => {
    await api.delete(namespaces, { namespace: "", name: namespace });
    connection.close();
  });

  function setsOf(name: string, spec: Record<string, unknown>, more: Given = {}): BackboneObject[] {
    const { pipeline, ...context } = contextOf(spec, { ...given, ...more });
    const { sets, held, missing } = workloads({
      ...context,
      pipeline: { ...pipeline, metadata: { ...pipeline.metadata, name, namespace } },
    });
    expect([...held], "held components").toEqual([]);
    expect(missing, "missing kinds").toEqual([]);
    return [...sets.values()].flat();
  }

  const placed = (object: KubeObject): KubeObject => ({ ...object, metadata: { ...object.metadata, namespace } });

  describe.each(variants.map(([name, spec, more], i) => ({ name, spec, more, pipeline: `variant-${i}` })))(
    "$name",
    ({ pipeline, spec, more }) => {
      it("is accepted object by object, with no field that the server does not know", async () => {
        for (const { type, object } of setsOf(pipeline, spec, more)) {
          const live = await api.apply(type, placed(object), operator);

          expect(live.metadata.name).toBe(object.metadata.name);
        }
      });

      it("is the same when it is applied again: the server's defaults are no drift", async () => {
        for (const { type, object } of setsOf(pipeline, spec, more)) {
          const first = await api.get(type, { namespace, name: object.metadata.name });
          const second = await api.apply(type, placed(object), operator);

          expect(second.metadata.generation, `${object.kind} ${object.metadata.name}`).toBe(first?.metadata.generation);
        }
      });

      it("has pods that a namespace under PodSecurity restricted admits", async () => {
        const templates = setsOf(pipeline, spec, more).flatMap(({ object }) => podTemplatesOf(object));
        expect(templates.length).toBeGreaterThanOrEqual(4);

        for (const [i, template] of templates.entries()) {
          const name = `${pipeline}-pod-${i}`;
          const pod = {
            apiVersion: "v1",
            kind: "Pod",
            ...template,
            metadata: { ...template.metadata, name, namespace },
          };
          const admitted = await api.apply(pods, pod, { ...operator, dryRun: true });

          expect(admitted.spec).toMatchObject({ automountServiceAccountToken: false });
          for (const container of containersOf(admitted.spec)) {
            expect(container, name).toMatchObject({ securityContext: { readOnlyRootFilesystem: true } });
          }
          expect(JSON.stringify(admitted.spec)).not.toContain("kube-api-access");
        }
      });
    },
  );

  it("refuses pods without these settings, so that the check above means something", async () => {
    const spec = { containers: [{ name: "root", image: "velib.test/velib:1" }] };
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "root", namespace }, spec };

    await expect(api.apply(pods, pod, { ...operator, dryRun: true })).rejects.toThrow(
      /violates PodSecurity "restricted/,
    );
  });

  it("keeps the replicas that an autoscaler has set", async () => {
    const autoscaled = { aggregation: { autoscaling: { maxReplicas: 3 } } };
    const desired = setsOf("scaled", autoscaled).find(
      ({ object }) => object.metadata.name === "scaled-aggregator" && object.kind === "Deployment",
    );
    if (desired === undefined) throw new Error("no Deployment of the aggregators");
    await api.apply(deployments, placed(desired.object), operator);
    const key = { namespace, name: "scaled-aggregator" };
    await api.patch(
      deployments,
      key,
      { merge: { spec: { replicas: 3 } } },
      { fieldManager: "keda", subresource: "scale" },
    );

    const after = await api.apply(deployments, placed(desired.object), operator);

    expect(after.spec).toMatchObject({ replicas: 3 });
  });

  it("names the kinds' plurals as the server does", async () => {
    for (const { type } of variants.flatMap(([, spec, more], i) => setsOf(`plural-${i}`, spec, more))) {
      await expect(api.list(type, { namespace, limit: 1 })).resolves.toMatchObject({ items: expect.anything() });
    }
  });
}

const Template = Type.Object({
  metadata: Type.Object({ labels: Type.Record(Type.String(), Type.String()) }),
  spec: Type.Object({ containers: Type.Array(Type.Unknown()) }),
});
const OfDeployment = Type.Object({ template: Template });
const OfCronJob = Type.Object({ jobTemplate: Type.Object({ spec: OfDeployment }) });

function podTemplatesOf({ kind, spec }: KubeObject) {
  if (kind === "Deployment" && Value.Check(OfDeployment, spec)) return [spec.template];
  if (kind === "CronJob" && Value.Check(OfCronJob, spec)) return [spec.jobTemplate.spec.template];
  return [];
}

/** Those that prepare a pod among them. */
function containersOf(spec: unknown): unknown[] {
  const { containers, initContainers = [] } = Object(spec);
  return [...initContainers, ...containers];
}
