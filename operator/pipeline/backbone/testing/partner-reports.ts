import type { KubeObject } from "../../../runtime/kube-object.ts";
import { secretOf } from "./observed-cluster.ts";

/**
 * What the partners' operators write about objects, as they do it: Strimzi 1.2 (`KafkaStatus` and its `NotReady`
 * condition), MongoDB Community operator 0.13 (`controllers/mongodb_status_options.go`), cass-operator 1.31
 * (`apis/cassandra/v1beta1`).
 */
export const strimziReports = {
  creating: {
    observedGeneration: 1,
    conditions: [{ type: "NotReady", status: "True", reason: "Creating", message: "Kafka cluster is being deployed" }],
  },
  failed: {
    observedGeneration: 1,
    conditions: [
      {
        type: "NotReady",
        status: "True",
        reason: "FatalProblem",
        message:
          "Exceeded timeout of 300000ms while waiting for Pods\nresource paris-paris-0 in namespace bikes to be ready",
      },
    ],
  },
  paused: { observedGeneration: 1, conditions: [{ type: "ReconciliationPaused", status: "True" }] },
  topicRefused: {
    observedGeneration: 1,
    conditions: [
      { type: "Ready", status: "False", reason: "NotSupported", message: "Decreasing partitions not supported" },
    ],
  },
  ready: { observedGeneration: 1, conditions: [{ type: "Ready", status: "True" }] },
  warned: {
    observedGeneration: 1,
    conditions: [
      { type: "Warning", status: "True", reason: "DeprecatedFields", message: "…" },
      { type: "Ready", status: "True" },
    ],
  },
};

/** A Kafka that runs, with the addresses of its listeners. */
export function runningKafka(name: string, listeners: readonly { name: string; port: number }[]) {
  return {
    ...strimziReports.ready,
    clusterId: "ZZ0wXz6wTvSXyXxgE5DLrg",
    listeners: listeners.map(({ name: listener, port }) => ({
      name: listener,
      addresses: [{ host: `${name}-kafka-bootstrap.bikes.svc`, port }],
      bootstrapServers: `${name}-kafka-bootstrap.bikes.svc:${port}`,
    })),
  };
}

export const mongodbReports = {
  pending: {
    phase: "Pending",
    message: "ReplicaSet is not yet ready, retrying in 10 seconds",
    mongoUri: "",
    currentMongoDBMembers: 0,
    currentStatefulSetReplicas: 0,
  },
  failed: {
    phase: "Failed",
    message: 'error validating new Spec: version "1" is not a semantic version',
    mongoUri: "",
    currentMongoDBMembers: 0,
    currentStatefulSetReplicas: 0,
  },
  running: {
    phase: "Running",
    version: "8.0.4",
    mongoUri: "mongodb://paris-0.paris-svc.bikes.svc.cluster.local:27017/?replicaSet=paris",
    currentMongoDBMembers: 1,
    currentStatefulSetReplicas: 1,
  },
  scaling: {
    phase: "Pending",
    message: "Performing scaling operation, currentMembers=1, desiredMembers=3",
    mongoUri: "mongodb://paris-0.paris-svc.bikes.svc.cluster.local:27017/?replicaSet=paris",
    currentMongoDBMembers: 2,
    currentStatefulSetReplicas: 2,
  },
};

const condition = (type: string, status: string, message = "") => ({
  type,
  status,
  message,
  reason: "",
  lastTransitionTime: "2025-01-01T00:00:00Z",
});

export const cassandraReports = {
  starting: {
    cassandraOperatorProgress: "Updating",
    observedGeneration: 1,
    conditions: [condition("Healthy", "False"), condition("Valid", "True")],
  },
  invalid: {
    conditions: [condition("Valid", "False", "storage config must be set")],
  },
  stopped: {
    cassandraOperatorProgress: "Ready",
    observedGeneration: 1,
    conditions: [condition("Initialized", "True"), condition("Stopped", "True"), condition("Ready", "False")],
  },
  scaling: {
    cassandraOperatorProgress: "Updating",
    observedGeneration: 2,
    conditions: [condition("Initialized", "True"), condition("Ready", "True"), condition("ScalingUp", "True")],
  },
  ready: {
    cassandraOperatorProgress: "Ready",
    observedGeneration: 1,
    nodeStatuses: { "paris-paris-r1-sts-0": { hostID: "2f4c", rack: "r1" } },
    conditions: [
      condition("Healthy", "True"),
      condition("Initialized", "True"),
      condition("Ready", "True"),
      condition("ScalingUp", "False"),
      condition("Valid", "True"),
    ],
  },
};

/** The object as the API server has it after its operator wrote the status. */
export function reported(
  object: KubeObject,
  status: unknown,
  metadata: Partial<KubeObject["metadata"]> = {},
): KubeObject {
  return { ...object, metadata: { ...object.metadata, generation: 1, ...metadata }, status };
}

/** The Secrets that Strimzi makes for the cluster and the user called `paris`. */
export const strimziSecrets: readonly KubeObject[] = [
  secretOf("paris-cluster-ca-cert", {
    "ca.crt": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "ca.p12": "binary",
    "ca.password": "changeit",
  }),
  secretOf("paris-kafka-user", { password: "made-by-strimzi", "sasl.jaas.config": "…" }),
];

/** The objects of a pipeline called `paris` as a cluster has them when all its partners are done. */
export function allReady(objects: readonly KubeObject[]): KubeObject[] {
  return objects.map((object) => {
    switch (object.kind) {
      case "Kafka":
        return reported(object, runningKafka(object.metadata.name, [{ name: "tls", port: 9093 }]));
      case "MongoDBCommunity":
        return reported(object, mongodbReports.running);
      case "CassandraDatacenter":
        return reported(object, cassandraReports.ready);
      case "Secret":
        return object;
      default:
        return reported(object, strimziReports.ready);
    }
  });
}
