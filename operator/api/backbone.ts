import { type Static, Type } from "typebox";
import { exactlyOneOf, immutable, onlyWith, rule, sameMember } from "./cel-rules.ts";
import {
  Choice,
  Count,
  Duration,
  HttpUrl,
  ObjectName,
  Quantity,
  SecretKey,
  Section,
  Storage,
  Text,
  TextList,
} from "./field-types.ts";

const chosenOnce = (store: string) =>
  `${store} is chosen once: results and offsets in one don't fit another; make a new pipeline`;

const Tls = Section("Encrypt the connections", {
  caSecretKeyRef: Type.Optional(SecretKey("PEM of the authorities to trust; the system's unless set")),
  certificateSecretRef: Type.Optional(
    Section("A client's certificate, for mutual TLS: a Secret of type kubernetes.io/tls", {
      name: ObjectName("The Secret's name, in the pipeline's namespace"),
    }),
  ),
});

const Credentials = (description: string) =>
  Section(description, {
    name: ObjectName("The Secret's name, in the pipeline's namespace"),
    usernameKey: Text("Its key with the user name", { default: "username" }),
    passwordKey: Text("Its key with the password", { default: "password" }),
  });

const Host = Text("host or host:port", { pattern: "^[^\\s:/]+(:[0-9]{1,5})?$", expected: "host or host:port" });
const HostAndPort = Text("host:port", { pattern: "^[^\\s:/]+:[0-9]{1,5}$", expected: "host:port" });

const kafkaMembers = ["strimzi", "clusterRef", "bootstrapServers"] as const;

/** The observation log. Made by Strimzi unless the user names a cluster. */
export const Kafka = Section(
  "Where the observation log is: exactly one of strimzi, clusterRef and bootstrapServers",
  {
    strimzi: Type.Optional(
      Section("A cluster made for this pipeline by the Strimzi operator", {
        version: Type.Optional(Text("Kafka's version; the Strimzi operator's own unless set", { maxLength: 32 })),
        replicas: Count("Nodes, each controller and broker", { default: 1, maximum: 9 }),
        storage: Storage("A node's volume", "10Gi"),
      }),
    ),
    clusterRef: Type.Optional(
      Section(
        "A Strimzi cluster that is there already; topics and a user are made on it",
        { name: ObjectName("The Kafka resource's name, in the pipeline's namespace") },
        { rules: [immutable("name", chosenOnce("Kafka"))] },
      ),
    ),
    bootstrapServers: Type.Optional(
      TextList("Some brokers of any cluster; the others are found through them", HostAndPort, {
        minItems: 1,
        maxItems: 32,
      }),
    ),
    tls: Type.Optional(Tls),
    authentication: Type.Optional(
      Section("Log in by SASL", {
        mechanism: Choice("SASL mechanism", ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"], "SCRAM-SHA-512"),
        secretRef: Credentials("The Secret with user name and password"),
      }),
    ),
  },
  {
    default: { strimzi: {} },
    rules: [
      exactlyOneOf(...kafkaMembers),
      onlyWith("bootstrapServers", "tls", "authentication"),
      sameMember(kafkaMembers, chosenOnce("Kafka")),
    ],
  },
);
export type Kafka = Static<typeof Kafka>;

/** The pipeline's topics on it. */
export const Topics = Section(
  "The pipeline's topics, where they are made",
  {
    partitions: Count("Partitions: the most aggregators that share the work", { default: 3, maximum: 256 }),
    replication: Count("Replicas of each partition", { default: 1, maximum: 9 }),
    minInsyncReplicas: Count("Replicas that must have a record before it counts as written", {
      default: 1,
      maximum: 9,
    }),
    retention: Duration("How long records are kept", "7d"),
    usersRetention: Type.Optional(Duration("How long users are kept in their topic; as `retention` unless set")),
    deadLettersRetention: Type.Optional(Duration("How long dead letters are kept; as `retention` unless set")),
  },
  {
    default: {},
    rules: [
      rule(
        "self.partitions >= oldSelf.partitions",
        "partitions can be added, never removed: Kafka can't take one away without losing its records",
      ),
      rule(
        "self.minInsyncReplicas <= self.replication",
        "minInsyncReplicas can't exceed replication: no record could be written",
      ),
    ],
  },
);
export type Topics = Static<typeof Topics>;

const mongodbMembers = ["community", "connectionSecretRef"] as const;

/** The result store. */
export const Mongodb = Section(
  "Where results and models are: exactly one of community and connectionSecretRef",
  {
    community: Type.Optional(
      Section("A replica set made for this pipeline by the MongoDB Community operator", {
        version: Text("MongoDB's version", { maxLength: 32, default: "8.0.4" }),
        members: Count("Members of the replica set", { default: 1, maximum: 7 }),
        storage: Storage("A member's volume", "10Gi"),
      }),
    ),
    connectionSecretRef: Type.Optional(
      Section("A Secret with the connection string of a replica set that is there already", {
        name: ObjectName("The Secret's name, in the pipeline's namespace"),
        key: Text("The key in it; user and password may stand in the connection string", {
          default: "connectionString.standard",
        }),
      }),
    ),
    tls: Type.Optional(
      Section("Encrypt the connections", {
        caSecretKeyRef: Type.Optional(SecretKey("PEM of the authorities to trust; the system's unless set")),
        certificateKeySecretKeyRef: Type.Optional(SecretKey("PEM of the client's certificate and key, for mutual TLS")),
      }),
    ),
  },
  {
    default: { community: {} },
    rules: [
      exactlyOneOf(...mongodbMembers),
      onlyWith("connectionSecretRef", "tls"),
      sameMember(mongodbMembers, chosenOnce("MongoDB")),
    ],
  },
);
export type Mongodb = Static<typeof Mongodb>;

const cassandraMembers = ["datacenter", "contactPoints"] as const;

/** The history store. */
export const Cassandra = Section(
  "Where the history is: exactly one of datacenter and contactPoints",
  {
    datacenter: Type.Optional(
      Section("A data centre made for this pipeline by cass-operator", {
        version: Text("Cassandra's version", { maxLength: 32, default: "5.0.6" }),
        size: Count("Nodes", { default: 1, maximum: 100 }),
        heap: Quantity("A node's heap", "1Gi"),
        storage: Storage("A node's volume", "20Gi"),
      }),
    ),
    contactPoints: Type.Optional(
      TextList("Some nodes of a cluster that is there already; the others are found through them", Host, {
        minItems: 1,
        maxItems: 32,
      }),
    ),
    localDataCenter: Type.Optional(Text("The data centre that is near", { maxLength: 128 })),
    credentialsSecretRef: Type.Optional(Credentials("The Secret with user name and password")),
    tls: Type.Optional(Tls),
    replication: Count("Replicas of the keyspace in the data centre, where it is made", { default: 1, maximum: 9 }),
    consistency: Choice("How many replicas acknowledge", ["LOCAL_QUORUM", "LOCAL_ONE"], "LOCAL_QUORUM"),
  },
  {
    default: { datacenter: {} },
    rules: [
      exactlyOneOf(...cassandraMembers),
      onlyWith("contactPoints", "localDataCenter", "credentialsSecretRef", "tls"),
      rule(
        "!has(self.contactPoints) || has(self.localDataCenter)",
        "contactPoints needs localDataCenter: the name that nodetool status shows",
      ),
      rule(
        "!has(self.datacenter) || self.replication <= self.datacenter.size",
        "replication can't exceed datacenter.size: no node would be left for a replica",
      ),
      sameMember(cassandraMembers, chosenOnce("Cassandra")),
    ],
  },
);
export type Cassandra = Static<typeof Cassandra>;

/** Avro instead of JSON on the topics. */
export const SchemaRegistry = Section(
  "A schema registry: Avro instead of JSON on the topics",
  {
    url: HttpUrl("A Confluent-compatible schema registry"),
    credentialsSecretRef: Type.Optional(Credentials("The Secret with user name and password, sent by HTTP Basic")),
    tls: Type.Optional(Tls),
  },
  {
    rules: [
      rule("!has(self.tls) || self.url.startsWith('https:')", "tls needs an https url: nothing is encrypted over http"),
    ],
  },
);
export type SchemaRegistry = Static<typeof SchemaRegistry>;
