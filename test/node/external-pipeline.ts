import { kubectl } from "./cluster.ts";

/** The data services of test/testbed/images/manifests, as their namespace's pods are reached from any other. */
const servers = {
  kafka: "kafka.data-services.svc.cluster.local:9094",
  mongodb: "mongodb://velib:velib-testbed@mongo.data-services.svc.cluster.local:27017/?replicaSet=rs0&authSource=admin",
  cassandra: "cassandra.data-services.svc.cluster.local",
};

/** Starts these servers where they do not run, and waits until they answer. */
export async function bringUpDataServices(): Promise<void> {
  await kubectl("apply", "-k", "test/testbed/images/manifests");
  for (const server of ["kafka", "mongo", "cassandra"]) {
    await kubectl("-n", "data-services", "rollout", "status", `statefulset/${server}`, "--timeout=300s");
  }
}

/** The Secrets by which a pipeline of a namespace logs in to these servers. */
export function serverSecrets(namespace: string): object[] {
  return [
    kafkaLogin(namespace, "kafka-login", "velib-testbed"),
    secret(namespace, "mongodb-connection", { "connectionString.standard": servers.mongodb }),
    secret(namespace, "cassandra-login", { username: "cassandra", password: "cassandra" }),
  ];
}

export function kafkaLogin(namespace: string, name: string, password: string): object {
  return secret(namespace, name, { username: "velib", password });
}

function secret(namespace: string, name: string, stringData: Record<string, string>): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData };
}

/** `spec.kafka` of a pipeline on these servers. */
export function externalKafka(loginSecret: string): object {
  return { bootstrapServers: [servers.kafka], authentication: { secretRef: { name: loginSecret } } };
}

/** A pipeline on these servers. */
export function externalPipeline(
  namespace: string,
  name: string,
  spec: { sources: object[]; [more: string]: unknown },
): object {
  return {
    apiVersion: "velib.dev/v1alpha1",
    kind: "VelibPipeline",
    metadata: { name, namespace },
    spec: {
      kafka: externalKafka("kafka-login"),
      mongodb: { connectionSecretRef: { name: "mongodb-connection" } },
      cassandra: {
        contactPoints: [servers.cassandra],
        localDataCenter: "datacenter1",
        credentialsSecretRef: { name: "cassandra-login" },
      },
      ...spec,
    },
  };
}
