import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { backboneNames, clusterAuthority } from "./backbone-names.ts";
import { contactPointsFiles } from "./cassandra-contact-points.ts";
import { brokersFiles } from "./kafka-brokers.ts";
import { connectionStringFiles } from "./mongodb-connection-string.ts";
import { registryFiles } from "./schema-registry.ts";

/**
 * Names of all Secrets that decide how a pipeline reaches its backbone: the user's, the partners' and the generated
 * ones. A change of any of them is a reason to look at the pipeline again. Each name once, in alphabetical order.
 */
export function backboneSecretNames(pipeline: VelibPipeline): string[] {
  const { kafka, mongodb, cassandra, schemaRegistry } = pipeline.spec;
  const names = backboneNames(pipeline);
  const cluster = kafka.strimzi === undefined ? kafka.clusterRef?.name : names.kafka;
  const references = [
    brokersFiles(kafka),
    connectionStringFiles(mongodb),
    contactPointsFiles(cassandra),
    ...(schemaRegistry === undefined ? [] : [registryFiles(schemaRegistry)]),
  ];
  const all = [
    ...references.flatMap((files) => files.references.map(({ secretName }) => secretName)),
    ...(cluster === undefined ? [] : [clusterAuthority(cluster), names.kafkaUser]),
    ...(mongodb.community === undefined ? [] : [names.mongodbSecret]),
    ...(cassandra.datacenter === undefined ? [] : [names.cassandraSecret]),
  ];
  return [...new Set(all)].sort();
}
