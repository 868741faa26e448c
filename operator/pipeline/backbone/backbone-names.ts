import { createHash } from "node:crypto";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { ObjectMeta } from "../../runtime/kube-object.ts";

/** Letters of the hash that a changed name ends with: 36⁵, some 60 million. */
const hashLength = 5;

/**
 * Names of the partners' objects. Each is the pipeline's own name, so that `kubectl get` shows what belongs together;
 * a name that is too long for what its operator derives from it is cut and gets a hash.
 */
export interface BackboneNames {
  /** Kafka and its node pool: Strimzi's pods are called `<kafka>-<pool>-<id>`, a label of 63 characters at most. */
  readonly kafka: string;
  /** KafkaUser; Strimzi makes a Secret of the same name. */
  readonly kafkaUser: string;
  /** MongoDBCommunity: its StatefulSet's name plus a hash is a label of the pods. */
  readonly mongodb: string;
  readonly mongodbSecret: string;
  /**
   * Cluster and data centre of Cassandra: `<cluster>-<dc>-additional-seed-service` is the longest name made of them.
   * Two data centres of one cluster name in a namespace would join, so the cluster bears the pipeline's name too.
   */
  readonly cassandra: string;
  readonly cassandraSecret: string;
}

export function backboneNames({ metadata: { name } }: VelibPipeline): BackboneNames {
  return {
    kafka: boundedName(name, 29),
    kafkaUser: `${boundedName(name, 48)}-kafka-user`,
    mongodb: boundedName(name, 40),
    mongodbSecret: `${boundedName(name, 48)}-mongodb-user`,
    cassandra: boundedName(name, 19),
    cassandraSecret: `${boundedName(name, 48)}-cassandra-superuser`,
  };
}

/**
 * `name` as a DNS label of 2 to `longest` characters that begins with a letter. A name that is one already stays; any
 * other is cut to fit and ends with a hash of the whole, so that two names don't become one.
 */
export function boundedName(name: string, longest: number): string {
  if (name.length >= 2 && name.length <= longest && /^[a-z][a-z0-9-]*[a-z0-9]$/.test(name)) return name;
  const digest = createHash("sha256").update(name).digest();
  const hash = digest.readBigUInt64BE().toString(36).padStart(hashLength, "0").slice(-hashLength);
  const cleaned = name.replaceAll(/[^a-z0-9-]/g, "-").replace(/^[^a-z]+/, "");
  const cut = cleaned.slice(0, longest - hashLength - 1).replace(/-+$/, "");
  return `${cut === "" ? "p" : cut}-${hash}`;
}

/** The Secret in which Strimzi keeps the certificates of a cluster's authority. */
export function clusterAuthority(cluster: string): string {
  return `${cluster}-cluster-ca-cert`;
}

/** The value of the label that tells whose an object is. */
export function instanceLabel(pipeline: VelibPipeline): string {
  return boundedName(pipeline.metadata.name, 63);
}

/** Labels of an object of a pipeline's backbone (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/). */
export function backboneLabels(pipeline: VelibPipeline, component: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": "velib",
    "app.kubernetes.io/instance": instanceLabel(pipeline),
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/managed-by": "velib-operator",
  };
}

/** Whether an object bears the labels that the operator gives to those of this pipeline. */
export function isOfPipeline({ labels }: ObjectMeta, pipeline: VelibPipeline): boolean {
  return (
    labels?.["app.kubernetes.io/managed-by"] === "velib-operator" &&
    labels["app.kubernetes.io/instance"] === instanceLabel(pipeline)
  );
}

/** The namespace of a pipeline and of all that belongs to it. */
export function namespaceOf({ metadata }: VelibPipeline): string {
  return metadata.namespace ?? "default";
}
