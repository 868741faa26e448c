import type { KubeObject } from "../../../runtime/kube-object.ts";
import { ownInfrastructure } from "../../backbone/testing/backbone-pipeline.ts";
import { ownSecrets, secretOf } from "../../backbone/testing/observed-cluster.ts";
import type { Given } from "./workload-context.ts";

/** An edit that a user makes, and what stays as it was. */
export interface EditExample {
  readonly field: string;
  readonly edit: string;
  readonly keeps: string;
  readonly spec?: Record<string, unknown>;
  readonly given?: Given;
}

const oslo = { name: "oslo", gbfs: { url: "https://example.org/gbfs.json", authentication: bearer("oslo") } };
const paris = { name: "paris", simulator: { stations: 10 } };
const bergen = { name: "bergen", gbfs: { url: "https://example.org/bergen/gbfs.json" } };
const { kafka, mongodb, cassandra } = ownInfrastructure;

function bearer(key: string) {
  return { bearer: { secretKeyRef: { name: "feeds", key } } };
}

/** The pipeline that is edited: two sources and two producers, polygons, users, a batch and readers' tokens. */
export const editedSpec = {
  sources: [paris, oslo],
  polling: { producers: 2 },
  zones: { geojson: { configMapRef: { name: "districts" } } },
  users: { randomUser: { url: "https://example.org/users" } },
  batch: {},
  api: { authentication: { bearerTokens: { secretRef: { name: "readers" } } } },
} as const;

export const editedObjects: readonly KubeObject[] = [
  secretOf("feeds", { oslo: "token" }),
  secretOf("readers", { me: "token" }),
  districts("{}"),
];

function districts(text: string): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "districts" }, data: { "zones.geojson": text } };
}

function replacing(...objects: KubeObject[]): Given {
  const names = new Set(objects.map(({ metadata }) => metadata.name));
  return { objects: [...editedObjects.filter(({ metadata }) => !names.has(metadata.name)), ...objects] };
}

function rotated(name: string, values: Record<string, string>): Given {
  const others = ownSecrets.filter(({ metadata }) => metadata.name !== name);
  return { secrets: [...others, secretOf(name, values)] };
}

const pem = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n";
const offsets = "every offset and every number; the log goes on where it was";

export const editExamples: readonly EditExample[] = [
  {
    field: "spec.sources",
    edit: "add a source",
    keeps: "the other sources' history; a source that moves to another producer goes on where the log stands",
    spec: { sources: [paris, oslo, bergen] },
  },
  {
    field: "spec.sources[].….interval",
    edit: "another interval",
    keeps: offsets,
    spec: { sources: [{ ...paris, simulator: { stations: 10, interval: "30s" } }, oslo] },
  },
  {
    field: "spec.sources[].hold",
    edit: "another hold",
    keeps: "windows that are final",
    spec: { sources: [{ ...paris, hold: "20m" }, oslo] },
  },
  {
    field: "spec.sources[].….authentication",
    edit: "another key of the Secret",
    keeps: offsets,
    spec: { sources: [paris, { ...oslo, gbfs: { ...oslo.gbfs, authentication: bearer("oslo-2") } }] },
    given: replacing(secretOf("feeds", { oslo: "token", "oslo-2": "token" })),
  },
  {
    field: "a source's Secret",
    edit: "rotate it",
    keeps: offsets,
    given: replacing(secretOf("feeds", { oslo: "new" })),
  },
  { field: "spec.polling.producers", edit: "2 to 1", keeps: offsets, spec: { polling: { producers: 1 } } },
  {
    field: "spec.polling.keyframeInterval",
    edit: "another interval",
    keeps: offsets,
    spec: { polling: { producers: 2, keyframeInterval: "5m" } },
  },
  {
    field: "spec.zones",
    edit: "other zones",
    keeps: "zone windows that are final",
    spec: { zones: { by: "Commune" } },
  },
  {
    field: "the ConfigMap of zones",
    edit: "other polygons",
    keeps: "zone windows that are final",
    given: replacing(districts('{"type": "FeatureCollection"}')),
  },
  {
    field: "spec.users",
    edit: "another interval",
    keeps: offsets,
    spec: { users: { randomUser: { url: "https://example.org/users", interval: "5m" } } },
  },
  {
    field: "spec.topics.partitions",
    edit: "3 to 6",
    keeps: "every number: states are rebuilt for stations whose partition changed",
    spec: { topics: { partitions: 6 } },
  },
  { field: "spec.topics.retention", edit: "7d to 14d", keeps: offsets, spec: { topics: { retention: "14d" } } },
  {
    field: "spec.aggregation.allowedLateness",
    edit: "30s to 1m",
    keeps: "windows that are final",
    spec: { aggregation: { allowedLateness: "1m" } },
  },
  { field: "spec.aggregation.replicas", edit: "1 to 2", keeps: offsets, spec: { aggregation: { replicas: 2 } } },
  {
    field: "spec.aggregation.autoscaling",
    edit: "add it",
    keeps: offsets,
    spec: { aggregation: { autoscaling: { maxReplicas: 3 } } },
  },
  {
    field: "spec.aggregation.retention",
    edit: "set it",
    keeps: "windows that are younger",
    spec: { aggregation: { retention: "400d" } },
  },
  { field: "spec.archive.replicas", edit: "1 to 2", keeps: offsets, spec: { archive: { replicas: 2 } } },
  {
    field: "spec.archive.retention",
    edit: "set it",
    keeps: "what is written already, for ever: the time is kept with each observation",
    spec: { archive: { retention: "400d" } },
  },
  {
    field: "spec.batch",
    edit: "another schedule, a report",
    keeps: "files; a run under way ends as it began",
    spec: { batch: { schedule: "0 4 * * *", reports: [{ name: "all", sql: "SELECT 1" }] } },
  },
  {
    field: "spec.api.replicas",
    edit: "1 to 2",
    keeps: "open connections",
    spec: { api: { ...editedSpec.api, replicas: 2 } },
  },
  {
    field: "spec.api.expose",
    edit: "add an Ingress",
    keeps: "open connections",
    spec: { api: { ...editedSpec.api, expose: { ingress: { host: "velib.example.org" } } } },
  },
  { field: "spec.api.authentication", edit: "leave it out", keeps: "results", spec: { api: {} } },
  {
    field: "the Secret of readers' tokens",
    edit: "add a reader",
    keeps: "results",
    given: replacing(secretOf("readers", { me: "token", you: "token" })),
  },
  {
    field: "spec.monitoring",
    edit: "add all of it",
    keeps: "everything",
    spec: { monitoring: { podMonitor: {}, rules: {}, dashboard: {} } },
  },
  { field: "spec.networkPolicy", edit: "disable", keeps: "everything", spec: { networkPolicy: { enabled: false } } },
  {
    field: "spec.notifications",
    edit: "add a webhook",
    keeps: "everything",
    spec: { notifications: [{ name: "chat", webhook: { url: "https://example.org/hook" } }] },
  },
  {
    field: "spec.template.all",
    edit: "a label",
    keeps: offsets,
    spec: { template: { all: { labels: { team: "city-data" } } } },
  },
  {
    field: "spec.template.aggregator",
    edit: "resources",
    keeps: offsets,
    spec: { template: { aggregator: { resources: { requests: { cpu: "1" } } } } },
  },
  {
    field: "spec.kafka.bootstrapServers",
    edit: "other brokers of the same cluster",
    keeps: offsets,
    spec: { kafka: { ...kafka, bootstrapServers: ["kafka-3.example.org:9094"] } },
  },
  {
    field: "spec.mongodb.tls",
    edit: "the system's authorities",
    keeps: "results",
    spec: { mongodb: { connectionSecretRef: mongodb.connectionSecretRef } },
  },
  {
    field: "spec.cassandra.consistency",
    edit: "LOCAL_ONE",
    keeps: "history",
    spec: { cassandra: { ...cassandra, consistency: "LOCAL_ONE" } },
  },
  {
    field: "the Secret of Kafka's login",
    edit: "rotate the password",
    keeps: offsets,
    given: rotated("kafka", { user: "velib", password: "new", "ca.crt": pem }),
  },
  {
    field: "the Secret of MongoDB's connection",
    edit: "rotate the password",
    keeps: "results",
    given: rotated("mongo", { uri: "mongodb://velib:new@mongo-1.example.org/?replicaSet=rs0", "ca.pem": pem }),
  },
  {
    field: "the Secret of Cassandra's login",
    edit: "rotate the password",
    keeps: "history",
    given: rotated("cassandra", { username: "velib", password: "new", "ca.crt": pem }),
  },
  {
    field: "the Secret of the schema registry's login",
    edit: "rotate the password",
    keeps: offsets,
    given: rotated("registry", { key: "velib", secret: "new", "ca.crt": pem }),
  },
  {
    field: "spec.suspend",
    edit: "true, once drained",
    keeps: offsets,
    spec: { suspend: true },
    given: { activity: { producing: false, consuming: false } },
  },
  { field: "spec.deletionPolicy", edit: "Retain to Delete", keeps: "everything", spec: { deletionPolicy: "Delete" } },
  {
    field: "annotation velib.dev/restartedAt",
    edit: "any new text",
    keeps: offsets,
    given: { annotations: { "velib.dev/restartedAt": "2026-05-12T07:30:00Z" } },
  },
  {
    field: "annotation velib.dev/restartedAt.api",
    edit: "any new text",
    keeps: offsets,
    given: { annotations: { "velib.dev/restartedAt.api": "2026-05-12T07:30:00Z" } },
  },
  {
    field: "the operator's release",
    edit: "another image",
    keeps: offsets,
    given: { settings: { image: "velib.test/velib:1.3.0" } },
  },
];
