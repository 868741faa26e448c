import type { Kafka } from "../../api/backbone.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { backboneLabels, backboneNames } from "./backbone-names.ts";
import { kafkaKind, nodePoolKind } from "./partner-kinds.ts";
import { dataAnnotations } from "./retained-objects.ts";

export type StrimziCluster = NonNullable<Kafka["strimzi"]>;

/** What PodSecurity `restricted` asks of a container; Strimzi's own default is less. */
const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};

/** The port of the only listener, as Strimzi's own examples have it for TLS. */
const tlsPort = 9093;

/**
 * A Kafka cluster for one pipeline: KRaft nodes that are controller and broker at once, one listener with TLS and
 * SCRAM-SHA-512, rights checked, topics made by the Topic Operator alone.
 * https://strimzi.io/docs/operators/latest/configuring.html
 */
export function strimziObjects(
  pipeline: VelibPipeline,
  cluster: StrimziCluster,
): { kafka: KubeObject; pool: KubeObject } {
  const { kafka: name } = backboneNames(pipeline);
  const { version, replicas } = cluster;
  const labels = backboneLabels(pipeline, "kafka");
  // Kafka's own topics; the pipeline's say for themselves.
  const replication = Math.min(3, replicas);
  const insync = replication < 3 ? 1 : 2;
  const kafka = {
    apiVersion: kafkaKind.apiVersion,
    kind: kafkaKind.kind,
    metadata: { name, labels, annotations: dataAnnotations(pipeline) },
    spec: {
      kafka: {
        ...(version === undefined ? {} : { version }),
        listeners: [
          { name: "tls", port: tlsPort, type: "internal", tls: true, authentication: { type: "scram-sha-512" } },
        ],
        authorization: { type: "simple" },
        config: {
          "auto.create.topics.enable": false,
          "default.replication.factor": replication,
          "min.insync.replicas": insync,
          "offsets.topic.replication.factor": replication,
          "transaction.state.log.replication.factor": replication,
          "transaction.state.log.min.isr": insync,
        },
        template: { kafkaContainer: { securityContext: restricted } },
      },
      entityOperator: {
        topicOperator: {},
        userOperator: {},
        template: {
          topicOperatorContainer: { securityContext: restricted },
          userOperatorContainer: { securityContext: restricted },
        },
      },
    },
  };
  return { kafka, pool: nodePool(pipeline, cluster) };
}

function nodePool(pipeline: VelibPipeline, { replicas, storage }: StrimziCluster): KubeObject {
  const { kafka: name } = backboneNames(pipeline);
  const volume = {
    id: 0,
    type: "persistent-claim",
    size: storage.size,
    ...(storage.storageClassName === undefined ? {} : { class: storage.storageClassName }),
    deleteClaim: pipeline.spec.deletionPolicy === "Delete",
    kraftMetadata: "shared",
  };
  return {
    apiVersion: nodePoolKind.apiVersion,
    kind: nodePoolKind.kind,
    metadata: {
      name,
      labels: { ...backboneLabels(pipeline, "kafka"), "strimzi.io/cluster": name },
      annotations: dataAnnotations(pipeline),
    },
    spec: { replicas, roles: ["controller", "broker"], storage: { type: "jbod", volumes: [volume] } },
  };
}
