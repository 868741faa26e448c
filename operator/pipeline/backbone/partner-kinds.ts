import type { ResourceType } from "../../runtime/kube-object.ts";

/** A kind that another operator serves. */
export interface PartnerKind extends ResourceType {
  /** Name of its CustomResourceDefinition. */
  readonly crd: string;
  /** What to install where the definition is missing. */
  readonly operator: string;
}

function partnerKind(apiVersion: string, kind: string, plural: string, operator: string): PartnerKind {
  return { apiVersion, kind, plural, namespaced: true, crd: `${plural}.${apiVersion.split("/")[0]}`, operator };
}

const strimzi = "the Strimzi operator, 1.0 or newer (https://strimzi.io)";
const strimziVersion = "kafka.strimzi.io/v1";

export const kafkaKind = partnerKind(strimziVersion, "Kafka", "kafkas", strimzi);
export const nodePoolKind = partnerKind(strimziVersion, "KafkaNodePool", "kafkanodepools", strimzi);
export const topicKind = partnerKind(strimziVersion, "KafkaTopic", "kafkatopics", strimzi);
export const userKind = partnerKind(strimziVersion, "KafkaUser", "kafkausers", strimzi);

export const mongodbKind = partnerKind(
  "mongodbcommunity.mongodb.com/v1",
  "MongoDBCommunity",
  "mongodbcommunity",
  "the MongoDB Community operator (https://github.com/mongodb/mongodb-kubernetes)",
);

export const cassandraKind = partnerKind(
  "cassandra.datastax.com/v1beta1",
  "CassandraDatacenter",
  "cassandradatacenters",
  "cass-operator (https://github.com/k8ssandra/cass-operator)",
);

export const partnerKinds: readonly PartnerKind[] = [
  kafkaKind,
  nodePoolKind,
  topicKind,
  userKind,
  mongodbKind,
  cassandraKind,
];

export const secretKind: ResourceType = { apiVersion: "v1", kind: "Secret", plural: "secrets", namespaced: true };
export const serviceAccountKind: ResourceType = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  namespaced: true,
};
