import { describe, expect, it } from "vitest";
import { objectNamed, workloadObjects } from "./testing/workload-context.ts";

function withAutoscaling(autoscaling: Record<string, unknown>, spec: Record<string, unknown> = {}) {
  return workloadObjects({ ...spec, topics: { partitions: 6 }, aggregation: { replicas: 2, autoscaling } });
}

describe("KEDA", () => {
  const objects = withAutoscaling({ minReplicas: 2, maxReplicas: 6, catchUpTarget: "90s", scaleUpCooldown: "2m" });

  it("scales by the lag of the aggregators' group on the observation log", () => {
    expect(objectNamed(objects, "ScaledObject", "paris-aggregator").spec).toMatchObject({
      scaleTargetRef: { name: "paris-aggregator" },
      minReplicaCount: 2,
      maxReplicaCount: 6,
      triggers: [
        {
          type: "kafka",
          metadata: {
            bootstrapServers: "kafka-1.example.org:9094,kafka-2.example.org:9094",
            consumerGroup: "paris.aggregator",
            topic: "paris.observations",
            lagThreshold: "900000",
            sasl: "scram_sha256",
            tls: "enable",
          },
          authenticationRef: { name: "paris-keda-kafka" },
        },
      ],
    });
  });

  it("holds to the cool-downs", () => {
    expect(objectNamed(objects, "ScaledObject", "paris-aggregator").spec).toMatchObject({
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: {
            scaleUp: { policies: [{ periodSeconds: 120 }, { periodSeconds: 120 }] },
            scaleDown: { stabilizationWindowSeconds: 600 },
          },
        },
      },
    });
  });

  it("logs in by the Secrets that the pods mount", () => {
    expect(objectNamed(objects, "TriggerAuthentication", "paris-keda-kafka").spec).toEqual({
      secretTargetRef: [
        { parameter: "ca", name: "kafka", key: "ca.crt" },
        { parameter: "cert", name: "kafka-client", key: "tls.crt" },
        { parameter: "key", name: "kafka-client", key: "tls.key" },
        { parameter: "username", name: "kafka", key: "user" },
        { parameter: "password", name: "kafka", key: "password" },
      ],
    });
  });

  it("needs no login where Kafka asks for none", () => {
    const kafka = { bootstrapServers: ["kafka:9092"] };
    const open = withAutoscaling({ maxReplicas: 3 }, { kafka });

    expect(objectNamed(open, "ScaledObject", "paris-aggregator").spec).toMatchObject({
      triggers: [{ metadata: expect.not.objectContaining({ sasl: expect.anything() }) }],
    });
    expect(open.map(({ kind }) => kind)).not.toContain("TriggerAuthentication");
  });
});

describe("the number of aggregators", () => {
  const replicas = (objects: ReturnType<typeof workloadObjects>) =>
    objectNamed(objects, "Deployment", "paris-aggregator").spec;

  it("is left to the autoscaler that is asked for", () => {
    expect(replicas(withAutoscaling({ maxReplicas: 3 }))).not.toHaveProperty("replicas");
    expect(replicas(withAutoscaling({ maxReplicas: 3, engine: "HPA" }))).not.toHaveProperty("replicas");
  });

  it("is the user's where autoscaling only advises", () => {
    const objects = withAutoscaling({ maxReplicas: 3, mode: "Advise" });

    expect(replicas(objects)).toMatchObject({ replicas: 2 });
    expect(objects.map(({ kind }) => kind)).not.toContain("ScaledObject");
  });
});

it("an HPA scales by the metric that the pods export", () => {
  const objects = withAutoscaling({ maxReplicas: 6, engine: "HPA" });

  expect(objectNamed(objects, "HorizontalPodAutoscaler", "paris-aggregator").spec).toMatchObject({
    minReplicas: 1,
    maxReplicas: 6,
    metrics: [
      {
        type: "Pods",
        pods: {
          metric: { name: "velib_log_lag_records", selector: { matchLabels: { group: "aggregator" } } },
          target: { type: "AverageValue", averageValue: "1200000" },
        },
      },
    ],
  });
});
