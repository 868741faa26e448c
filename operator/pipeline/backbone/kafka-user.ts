import { pipelinePrefix, type VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { backboneLabels, backboneNames } from "./backbone-names.ts";
import { userKind } from "./partner-kinds.ts";

/** What the user of a pipeline may do with what is called so, as a rule of a KafkaUser. */
export interface UserRight {
  readonly resource: {
    readonly type: "topic" | "group" | "transactionalId";
    readonly name: string;
    readonly patternType: "prefix";
  };
  readonly operations: readonly ("Describe" | "DescribeConfigs" | "Read" | "Write")[];
}

/**
 * What the services do on a cluster. Their topics are called `<prefix>.…` and so are their consumer groups and
 * transactional ids; the dot keeps `paris` out of what belongs to `paris-2`. No Create: topics are made by KafkaTopics,
 * with the replication and retention that the spec asks for.
 */
export function userRights(pipeline: VelibPipeline): UserRight[] {
  const right = (type: UserRight["resource"]["type"], operations: UserRight["operations"]): UserRight => ({
    resource: { type, name: `${pipelinePrefix(pipeline)}.`, patternType: "prefix" },
    operations,
  });
  return [
    right("topic", ["Describe", "DescribeConfigs", "Read", "Write"]),
    right("group", ["Describe", "Read"]),
    right("transactionalId", ["Describe", "Write"]),
  ];
}

/**
 * The KafkaUser of a pipeline on the Strimzi cluster of that name. Strimzi makes a Secret of the same name with a
 * password. `authorized`: whether the cluster checks rights; Strimzi refuses rules where it does not.
 */
export function userObject(
  pipeline: VelibPipeline,
  cluster: string,
  { authorized }: { authorized: boolean },
): KubeObject {
  return {
    apiVersion: userKind.apiVersion,
    kind: userKind.kind,
    metadata: {
      name: backboneNames(pipeline).kafkaUser,
      labels: { ...backboneLabels(pipeline, "kafka"), "strimzi.io/cluster": cluster },
    },
    spec: {
      authentication: { type: "scram-sha-512" },
      ...(authorized ? { authorization: { type: "simple", acls: userRights(pipeline) } } : {}),
    },
  };
}
