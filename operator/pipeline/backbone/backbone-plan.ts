import type { PipelineConditionType } from "../../api/conditions.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { Finding } from "../../runtime/conditions.ts";
import type { BackboneConnections } from "../connections.ts";
import { findingOf } from "./backbone-status.ts";
import { planCassandra } from "./cassandra.ts";
import { planKafka } from "./kafka.ts";
import { planMongodb } from "./mongodb.ts";
import type { BackboneObject, ObservedObjects } from "./observed-objects.ts";
import { registryConnection } from "./schema-registry.ts";

/** All that a pipeline needs of Kafka, MongoDB, Cassandra and the schema registry, and how far it is. */
export interface BackbonePlan {
  /** To be applied; those that `isRetained` without an owner. */
  readonly objects: readonly BackboneObject[];
  /** To be created before the others are applied; an `AlreadyExists` is fine. */
  readonly created: readonly BackboneObject[];
  readonly connections: BackboneConnections;
  /** KafkaReady, MongodbReady, CassandraReady and, where there is one, SchemaRegistryReady. */
  readonly findings: readonly (Finding & { type: PipelineConditionType })[];
}

/**
 * What is to be, from what was asked for and what is there now. Pure but for `newPassword`, which is only called for a
 * login that is not there yet; the caches of `observed` must have been filled once.
 */
export function planBackbone(
  pipeline: VelibPipeline,
  observed: ObservedObjects,
  newPassword: () => string,
): BackbonePlan {
  const kafka = planKafka(pipeline, observed);
  const mongodb = planMongodb(pipeline, observed, newPassword);
  const cassandra = planCassandra(pipeline, observed, newPassword);
  const registry = registryConnection(pipeline, observed);
  return {
    objects: [...kafka.objects, ...mongodb.objects, ...cassandra.objects],
    created: [...mongodb.created, ...cassandra.created],
    connections: {
      kafka: kafka.connection,
      mongodb: mongodb.connection,
      cassandra: cassandra.connection,
      ...(registry && { schemaRegistry: registry }),
    },
    findings: [
      { type: "KafkaReady", ...findingOf(kafka) },
      { type: "MongodbReady", ...findingOf(mongodb) },
      { type: "CassandraReady", ...findingOf(cassandra) },
      ...(registry === null
        ? []
        : [{ type: "SchemaRegistryReady" as const, ...findingOf({ connection: registry, states: [] }) }]),
    ],
  };
}
