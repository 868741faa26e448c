import Type from "typebox";
import Value from "typebox/value";
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { objectNamed, workloadObjects } from "./testing/workload-context.ts";

const Pod = Type.Object({
  metadata: Type.Object({
    labels: Type.Record(Type.String(), Type.String()),
    annotations: Type.Record(Type.String(), Type.String()),
  }),
  spec: Type.Object({
    containers: Type.Tuple([Type.Object({ resources: Type.Unknown(), env: Type.Unknown() })]),
  }),
});

function podOf({ spec }: KubeObject) {
  const template = Type.Object({ template: Pod });
  if (Value.Check(template, spec)) return spec.template;
  throw new Error("not a Deployment");
}

function aggregatorPod(template: Record<string, unknown>) {
  return podOf(objectNamed(workloadObjects({ template }), "Deployment", "paris-aggregator"));
}

describe("pods", () => {
  const deployments = workloadObjects().filter(({ kind }) => kind === "Deployment");

  it.each(deployments.map((object) => [object.metadata.name, podOf(object)] as const))(
    "of %s have no right they don't need",
    (_, pod) => {
      expect(pod.spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
          },
        ],
      });
    },
  );

  it("are asked whether they live and whether they are ready", () => {
    expect(aggregatorPod({}).spec.containers[0]).toMatchObject({
      livenessProbe: { httpGet: { path: "/healthz", port: "http" } },
      readinessProbe: { httpGet: { path: "/readyz", port: "http" } },
      ports: [{ name: "http", containerPort: 8080 }],
      args: ["aggregate", "--config", "/etc/velib/config/velib.json"],
    });
  });

  it("find each Secret's keys in a folder of its own", () => {
    expect(aggregatorPod({}).spec).toMatchObject({
      containers: [
        {
          volumeMounts: expect.arrayContaining([
            { name: "kafka-login", mountPath: "/etc/velib/secrets/kafka-login", readOnly: true },
          ]),
        },
      ],
      volumes: expect.arrayContaining([
        {
          name: "kafka-login",
          secret: {
            secretName: "kafka",
            items: [
              { key: "password", path: "password" },
              { key: "user", path: "user" },
            ],
          },
        },
      ]),
    });
  });
});

describe("what the user decides of a pod", () => {
  it("goes from all components to one, and never replaces the operator's own labels", () => {
    const { metadata, spec } = aggregatorPod({
      all: {
        labels: { team: "data", "app.kubernetes.io/component": "mine" },
        annotations: { a: "1" },
        nodeSelector: { disk: "ssd" },
        tolerations: [{ key: "batch", operator: "Exists" }],
        env: [{ name: "HTTPS_PROXY", value: "http://a" }],
        imagePullSecrets: [{ name: "registry" }],
      },
      aggregator: {
        labels: { tier: "hot" },
        env: [
          { name: "HTTPS_PROXY", value: "http://b" },
          { name: "NO_PROXY", value: "" },
        ],
        priorityClassName: "high",
        affinity: { nodeAffinity: {} },
        topologySpreadConstraints: [{ maxSkew: 2 }],
      },
    });

    expect(metadata.labels).toMatchObject({ team: "data", tier: "hot", "app.kubernetes.io/component": "aggregator" });
    expect(metadata.annotations).toMatchObject({ a: "1" });
    expect(spec).toMatchObject({
      nodeSelector: { disk: "ssd" },
      tolerations: [{ key: "batch", operator: "Exists" }],
      priorityClassName: "high",
      affinity: { nodeAffinity: {} },
      topologySpreadConstraints: [{ maxSkew: 2 }],
      imagePullSecrets: [{ name: "registry" }],
    });
    expect(spec.containers[0].env).toEqual([
      { name: "HTTPS_PROXY", value: "http://b" },
      { name: "NO_PROXY", value: "" },
    ]);
  });

  it.each([
    ["nothing", undefined, { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "640Mi" } }],
    [
      "a request above the default limit",
      { requests: { memory: "1Gi" } },
      { requests: { cpu: "100m", memory: "1Gi" }, limits: {} },
    ],
    [
      "a limit below the default request",
      { limits: { memory: "128Mi" } },
      { requests: { cpu: "100m" }, limits: { memory: "128Mi" } },
    ],
    [
      "another resource",
      { limits: { "ephemeral-storage": "1Gi" } },
      { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "640Mi", "ephemeral-storage": "1Gi" } },
    ],
  ])("makes a valid pod with %s of resources", (_, resources, expected) => {
    expect(aggregatorPod({ aggregator: { resources } }).spec.containers[0].resources).toEqual(expected);
  });
});
