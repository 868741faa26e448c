import { change, oneOf, pipeline, type Rejection } from "./rejection.ts";

const externalKafka = { bootstrapServers: ["kafka:9092"] };
const externalCassandra = { contactPoints: ["cassandra"], localDataCenter: "dc1" };

export const ofBackbone: Rejection[] = [
  pipeline({ kafka: {} }, "kafka", oneOf("strimzi", "clusterRef", "bootstrapServers")),
  pipeline({ kafka: { strimzi: {}, tls: {} } }, "kafka", "tls, authentication are for bootstrapServers only"),
  pipeline({ kafka: { bootstrapServers: ["kafka"] } }, "kafka.bootstrapServers[0]", "expected host:port, got kafka"),
  pipeline(
    { kafka: { strimzi: { storage: { size: "big" } } } },
    "kafka.strimzi.storage.size",
    "expected a quantity such as 500Mi or 10Gi, got big",
  ),
  change(
    {},
    { kafka: externalKafka },
    "kafka",
    "Kafka is chosen once: results and offsets in one don't fit another; make a new pipeline",
  ),
  change(
    { kafka: { clusterRef: { name: "a" } } },
    { kafka: { clusterRef: { name: "b" } } },
    "kafka.clusterRef",
    "name is immutable: Kafka is chosen once",
  ),
  change(
    {},
    { kafka: { strimzi: { storage: { size: "20Gi" } } } },
    "kafka.strimzi.storage",
    "storage is immutable: a volume keeps its size and class; expand its claim, or make a new pipeline",
  ),
  change(
    {},
    { mongodb: { community: { storage: { storageClassName: "fast" } } } },
    "mongodb.community.storage",
    "storage is immutable: a volume keeps its size and class",
  ),
  change(
    { topics: { partitions: 6 } },
    { topics: { partitions: 3 } },
    "topics",
    "partitions can be added, never removed: Kafka can't take one away without losing its records",
  ),
  pipeline(
    { topics: { minInsyncReplicas: 2 } },
    "topics",
    "minInsyncReplicas can't exceed replication: no record could be written",
  ),
  pipeline(
    { topics: { replication: 3 } },
    "",
    "topics.replication can't exceed kafka.strimzi.replicas: no node would be left for a replica",
  ),
  pipeline({ mongodb: {} }, "mongodb", oneOf("community", "connectionSecretRef")),
  pipeline({ mongodb: { community: {}, tls: {} } }, "mongodb", "tls is for connectionSecretRef only"),
  change(
    {},
    { mongodb: { connectionSecretRef: { name: "a" } } },
    "mongodb",
    "MongoDB is chosen once: results and offsets in one don't fit another",
  ),
  pipeline({ cassandra: {} }, "cassandra", oneOf("datacenter", "contactPoints")),
  pipeline(
    { cassandra: { datacenter: {}, localDataCenter: "dc1" } },
    "cassandra",
    "localDataCenter, credentialsSecretRef, tls are for contactPoints only",
  ),
  pipeline(
    { cassandra: { contactPoints: ["a"] } },
    "cassandra",
    "contactPoints needs localDataCenter: the name that nodetool status shows",
  ),
  pipeline(
    { cassandra: { ...externalCassandra, contactPoints: ["http://a"] } },
    "cassandra.contactPoints[0]",
    "expected host or host:port, got http://a",
  ),
  pipeline(
    { cassandra: { datacenter: {}, replication: 3 } },
    "cassandra",
    "replication can't exceed datacenter.size: no node would be left for a replica",
  ),
  change(
    {},
    { cassandra: externalCassandra },
    "cassandra",
    "Cassandra is chosen once: results and offsets in one don't fit another",
  ),
  change(
    {},
    { schemaRegistry: { url: "https://example.org" } },
    "",
    "schemaRegistry is chosen once: the log can't hold JSON and Avro; make a new pipeline",
  ),
  pipeline(
    { schemaRegistry: { url: "http://registry:8081", tls: {} } },
    "schemaRegistry",
    "tls needs an https url: nothing is encrypted over http",
  ),
  pipeline(
    { prefix: "Paris" },
    "prefix",
    "expected a lower-case letter, then up to 47 letters, digits and dashes, got Paris",
  ),
  change(
    { prefix: "a" },
    { prefix: "b" },
    "",
    "prefix is immutable: topics, database and keyspace can't be renamed; make a new pipeline",
  ),
  change(
    { prefix: "a" },
    {},
    "",
    "prefix is immutable: topics, database and keyspace can't be renamed; make a new pipeline",
  ),
];
