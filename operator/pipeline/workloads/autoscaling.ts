import { durationMs } from "../../../core/time/duration.ts";
import type { Autoscaling } from "../../api/processing.ts";
import { pipelinePrefix, type VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import type { Connection, KafkaSection } from "../connections.ts";
import { kedaAuthentication } from "./keda-authentication.ts";
import { workloadLabels, workloadNames } from "./workload-names.ts";

/**
 * Records/s an aggregator works off at least, writing into MongoDB on one core that it shares (bench/aggregate and
 * bench/mongodb: 20,000 to 40,000). KEDA and the HorizontalPodAutoscaler know the lag but not the rate, so that
 * `catchUpTarget` becomes a lag for each replica by it. A fixed number: one that moved with each measurement would
 * change the objects all the time.
 */
export const assumedRecordsPerSecond = 10_000;

/** What sets the number of aggregators by the lag of their group. */
export function autoscaling(
  pipeline: VelibPipeline,
  asked: Autoscaling,
  kafka: Connection<KafkaSection>,
): KubeObject[] {
  if (kafka.state === "waiting") return [];
  return asked.engine === "KEDA" ? scaledObject(pipeline, asked, kafka) : [podAutoscaler(pipeline, asked)];
}

/** Lag a replica may have so that it is worked off within the target. */
export function lagPerReplica({ catchUpTarget }: Pick<Autoscaling, "catchUpTarget">): number {
  return Math.max(1, Math.round((assumedRecordsPerSecond * durationMs(catchUpTarget)) / 1000));
}

/** https://keda.sh/docs/latest/scalers/apache-kafka/; it never has more consumers than partitions by itself. */
function scaledObject(
  pipeline: VelibPipeline,
  asked: Autoscaling,
  kafka: Extract<Connection<KafkaSection>, { state: "connected" }>,
): KubeObject[] {
  const name = workloadNames(pipeline).of("aggregator");
  const prefix = pipelinePrefix(pipeline);
  const login = kedaAuthentication(pipeline, kafka);
  return [
    ...login.objects,
    {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata: { name, labels: workloadLabels(pipeline, "aggregator") },
      spec: {
        scaleTargetRef: { name },
        minReplicaCount: asked.minReplicas,
        maxReplicaCount: highest(pipeline, asked),
        pollingInterval: 15,
        advanced: { horizontalPodAutoscalerConfig: { behavior: behavior(asked) } },
        triggers: [
          {
            type: "kafka",
            metadata: {
              bootstrapServers: kafka.config.bootstrapServers.join(","),
              consumerGroup: `${prefix}.aggregator`,
              topic: `${prefix}.observations`,
              lagThreshold: String(lagPerReplica(asked)),
              offsetResetPolicy: "earliest",
              ...login.metadata,
            },
            ...(login.authenticationRef === null ? {} : { authenticationRef: { name: login.authenticationRef } }),
          },
        ],
      },
    },
  ];
}

/** By a metric of the pods that an adapter of the custom metrics API gives, such as prometheus-adapter. */
function podAutoscaler(pipeline: VelibPipeline, asked: Autoscaling): KubeObject {
  const name = workloadNames(pipeline).of("aggregator");
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, labels: workloadLabels(pipeline, "aggregator") },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
      minReplicas: asked.minReplicas,
      maxReplicas: highest(pipeline, asked),
      metrics: [
        {
          type: "Pods",
          pods: {
            metric: { name: "velib_log_lag_records", selector: { matchLabels: { group: "aggregator" } } },
            target: { type: "AverageValue", averageValue: String(lagPerReplica(asked)) },
          },
        },
      ],
      behavior: behavior(asked),
    },
  };
}

function highest({ spec }: VelibPipeline, { maxReplicas }: Autoscaling): number {
  return Math.min(maxReplicas, spec.topics.partitions);
}

/**
 * The cool-downs in the terms of https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/: doubling
 * once in a step's time up; down, one at a time to the most of what was recommended meanwhile. Kubernetes takes periods
 * of 1 s to 30 min and windows of at most an hour.
 */
function behavior({ scaleUpCooldown, scaleDownCooldown }: Autoscaling): Record<string, unknown> {
  const upSeconds = Math.ceil(durationMs(scaleUpCooldown) / 1000);
  const downSeconds = Math.ceil(durationMs(scaleDownCooldown) / 1000);
  const upPeriod = Math.min(1800, Math.max(1, upSeconds));
  return {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: "Max",
      policies: [
        { type: "Percent", value: 100, periodSeconds: upPeriod },
        { type: "Pods", value: 1, periodSeconds: upPeriod },
      ],
    },
    scaleDown: {
      stabilizationWindowSeconds: Math.min(3600, downSeconds),
      selectPolicy: "Max",
      policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
    },
  };
}
