import Value from "typebox/value";
import { VelibError } from "../../core/errors.ts";
import { parseVelibPipeline } from "../api/parse-resource.ts";
import { VelibPipelineStatus } from "../api/pipeline-status.ts";
import type { VelibPipeline } from "../api/velib-pipeline.ts";
import type { LiveObject } from "../runtime/kube-object.ts";
import type { StoreIndexes } from "../runtime/object-store.ts";
import { instanceLabel, namespaceOf } from "./backbone/backbone-names.ts";
import { backboneSecretNames } from "./backbone/watched-secrets.ts";
import { workloadReferenceNames } from "./workloads/watched-references.ts";

/** A pipeline as the cache has it; its spec and status are in `resource`, its metadata without managed fields. */
export type StoredPipeline = LiveObject & {
  /** Null where this version can't read it. */
  readonly resource: VelibPipeline | null;
  /** Why it can't, with the remedy. */
  readonly problem: string | null;
};

/** The cached form of an object of the API. Never throws: an object that can't be read must not end the watch. */
export function storedPipeline(object: LiveObject): StoredPipeline {
  const { managedFields: _, ...metadata } = object.metadata;
  const bare: LiveObject = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { ...metadata, name: object.metadata.name, uid: metadata.uid, resourceVersion: metadata.resourceVersion },
  };
  try {
    const resource = parseVelibPipeline({ ...bare, spec: object.spec, status: object.status });
    return { ...bare, resource, problem: null };
  } catch (error) {
    if (!(error instanceof VelibError)) throw error;
    return { ...bare, status: object.status, resource: null, problem: error.message };
  }
}

/** Names of the indexes by what a pipeline refers to; their values are `namespace/name`. */
export const bySecret = "secrets";
export const byConfigMap = "configMaps";
export const byKafkaCluster = "kafkaClusters";
export const byInstance = "instances";

export const pipelineIndexes: StoreIndexes<StoredPipeline> = {
  [bySecret]: referring((pipeline) => [
    ...backboneSecretNames(pipeline),
    ...workloadReferenceNames(pipeline).secrets,
    ...webhookSecretNames(pipeline),
  ]),
  [byConfigMap]: referring((pipeline) => workloadReferenceNames(pipeline).configMaps),
  [byKafkaCluster]: referring(({ spec }) => (spec.kafka.clusterRef === undefined ? [] : [spec.kafka.clusterRef.name])),
  [byInstance]: referring((pipeline) => [instanceLabel(pipeline)]),
};

/** Names of the Secrets that hold addresses and tokens of webhooks. */
export function webhookSecretNames({ spec }: VelibPipeline): string[] {
  return (spec.notifications ?? []).flatMap(({ webhook }) =>
    [webhook.urlSecretKeyRef?.name, webhook.bearerSecretKeyRef?.name].filter((name) => name !== undefined),
  );
}

/** The status last written; none where another version wrote it otherwise. */
export function statusOf({ resource, status }: StoredPipeline): VelibPipelineStatus {
  if (resource !== null) return resource.status ?? {};
  return Value.Check(VelibPipelineStatus, status) ? status : {};
}

function referring(names: (pipeline: VelibPipeline) => readonly string[]) {
  return ({ resource }: StoredPipeline): string[] =>
    resource === null ? [] : [...new Set(names(resource))].map((name) => `${namespaceOf(resource)}/${name}`);
}
