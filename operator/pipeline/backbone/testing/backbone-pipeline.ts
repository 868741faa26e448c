import { parseVelibPipeline } from "../../../api/parse-resource.ts";
import type { VelibPipeline } from "../../../api/velib-pipeline.ts";

/** A pipeline as the API server hands it out: `spec` with its defaults, in the namespace `bikes`. */
export function pipelineOf(spec: Record<string, unknown> = {}, name = "paris"): VelibPipeline {
  const sources = [{ name: "paris", simulator: { stations: 10 } }];
  return parseVelibPipeline({
    apiVersion: "velib.dev/v1alpha1",
    kind: "VelibPipeline",
    metadata: { name, namespace: "bikes" },
    spec: { sources, ...spec },
  });
}

/** Everything is the user's own: logins, authorities and certificates in the Secrets of `ownSecrets`. */
export const ownInfrastructure = {
  kafka: {
    bootstrapServers: ["kafka-1.example.org:9094", "kafka-2.example.org:9094"],
    tls: {
      caSecretKeyRef: { name: "kafka", key: "ca.crt" },
      certificateSecretRef: { name: "kafka-client" },
    },
    authentication: { mechanism: "SCRAM-SHA-256", secretRef: { name: "kafka", usernameKey: "user" } },
  },
  mongodb: {
    connectionSecretRef: { name: "mongo", key: "uri" },
    tls: { caSecretKeyRef: { name: "mongo", key: "ca.pem" } },
  },
  cassandra: {
    contactPoints: ["cassandra-1.example.org", "cassandra-2.example.org:9142"],
    localDataCenter: "eu-west",
    credentialsSecretRef: { name: "cassandra" },
    tls: { caSecretKeyRef: { name: "cassandra", key: "ca.crt" } },
    replication: 3,
  },
  schemaRegistry: {
    url: "https://registry.example.org",
    credentialsSecretRef: { name: "registry", usernameKey: "key", passwordKey: "secret" },
    tls: { caSecretKeyRef: { name: "registry", key: "ca.crt" } },
  },
} as const;
