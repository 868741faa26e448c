/** The data services of test/testbed/images/manifests, as their namespace's pods are reached from any other. */
const servers = {
  kafka: "kafka.data-services.svc.cluster.local:9094",
  mongodb: "mongodb://velib:velib-testbed@mongo.data-services.svc.cluster.local:27017/?replicaSet=rs0&authSource=admin",
  cassandra: "cassandra.data-services.svc.cluster.local",
};

/** The Secrets by which a pipeline of a namespace logs in to these servers. */
export function serverSecrets(namespace: string): object[] {
  const secret = (name: string, stringData: Record<string, string>) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    stringData,
  });
  return [
    secret("kafka-login", { username: "velib", password: "velib-testbed" }),
    secret("mongodb-connection", { "connectionString.standard": servers.mongodb }),
    secret("cassandra-login", { username: "cassandra", password: "cassandra" }),
  ];
}

/** A pipeline of a simulated city on these servers, polled every second so that a test need not wait for minutes. */
export function externalPipeline(namespace: string, name: string, spec: object = {}): object {
  return {
    apiVersion: "velib.dev/v1alpha1",
    kind: "VelibPipeline",
    metadata: { name, namespace },
    spec: {
      sources: [{ name: "simulated", simulator: { stations: 300, interval: "1s" } }],
      aggregation: { window: "5s", allowedLateness: "1s" },
      kafka: { bootstrapServers: [servers.kafka], authentication: { secretRef: { name: "kafka-login" } } },
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
