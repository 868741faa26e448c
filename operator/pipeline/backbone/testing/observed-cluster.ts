import type { KubeObject, ResourceType } from "../../../runtime/kube-object.ts";
import type { ObservedObjects } from "../observed-objects.ts";

/** A cluster that holds just these objects and serves every kind but those named. */
export function observedCluster(objects: readonly KubeObject[], missingKinds: readonly string[] = []): ObservedObjects {
  return {
    isServed: ({ kind }) => !missingKinds.includes(kind),
    get: ({ apiVersion, kind }: ResourceType, name) =>
      objects.find(
        (object) => object.apiVersion === apiVersion && object.kind === kind && object.metadata.name === name,
      ) ?? null,
  };
}

/** A Secret as the API server hands it out. */
export function secretOf(name: string, values: Record<string, string>): KubeObject {
  const entries = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "bikes" },
    data: Object.fromEntries(entries),
  };
}

const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/** What `ownInfrastructure` refers to. */
export const ownSecrets: readonly KubeObject[] = [
  secretOf("kafka", { user: "velib", password: "kafka-secret", "ca.crt": pem }),
  secretOf("kafka-client", {
    "tls.crt": pem,
    "tls.key": "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
  }),
  secretOf("mongo", {
    uri: "mongodb://velib:mongo-secret@mongo-1.example.org:27018,mongo-2.example.org/?replicaSet=rs0",
    "ca.pem": pem,
  }),
  secretOf("cassandra", { username: "velib", password: "cassandra-secret", "ca.crt": pem }),
  secretOf("registry", { key: "velib", secret: "registry-secret", "ca.crt": pem }),
];

/** What the MongoDB operator's installation makes in each namespace it serves. */
export const mongodbAccount: KubeObject = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name: "mongodb-database", namespace: "bikes" },
};
