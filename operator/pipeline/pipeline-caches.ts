import { velibPipelineType } from "../api/resource-names.ts";
import type { OwnedKind } from "../runtime/apply-set.ts";
import type { LiveObject, ResourceType } from "../runtime/kube-object.ts";
import type { KeptKind, Manager } from "../runtime/manager.ts";
import { ownerIndex } from "../runtime/owned-object.ts";
import { kafkaKind, partnerKinds, secretKind, serviceAccountKind } from "./backbone/partner-kinds.ts";
import { byInstance, pipelineIndexes, type StoredPipeline, storedPipeline } from "./stored-pipeline.ts";
import { type StoredDeployment, trimmedDeployment, trimmedObject, trimmedStatus } from "./trimmed-objects.ts";
import { configMapKind } from "./workloads/references.ts";
import { partnerWorkloadKinds, sparkRunKind, workloadKinds } from "./workloads/workload-kinds.ts";
import { readStatusMembers } from "./workloads/workload-partner-status.ts";

/** Copies of what the pipelines of a namespace, or of all, are and are made of. */
export interface PipelineCaches {
  readonly pipelines: KeptKind<StoredPipeline>;
  readonly deployments: KeptKind<StoredDeployment>;
  readonly jobs: KeptKind<LiveObject>;
  /** Runs of the batch on Spark. */
  readonly sparkRuns: KeptKind<LiveObject>;
  /** What partners' operators, and Kubernetes itself, say of a pipeline's workloads. */
  readonly reporting: readonly KeptKind<LiveObject>[];
  readonly secrets: KeptKind<LiveObject>;
  readonly configMaps: KeptKind<LiveObject>;
  /** Every kind that objects of a pipeline may be of. */
  readonly made: readonly KeptKind<LiveObject>[];
  /** The same by kind, as the apply sets want them. */
  readonly owned: readonly OwnedKind[];
  /** Kinds that may be absent. */
  readonly optional: readonly ResourceType[];
  /** The kept form of a kind; null for one that no pipeline is made of. */
  kept(type: ResourceType): KeptKind<LiveObject> | null;
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
const instanceLabelName = "app.kubernetes.io/instance";
const deploymentPlural = "deployments";
/** Of what the operator makes only its own comes over the wire. */
const ours = "app.kubernetes.io/managed-by=velib-operator";
/** Releases of Helm are up to 1 MiB each and never referred to. */
const usableSecrets = "type!=helm.sh/release.v1";
/** Kinds that users and partners make objects of that pipelines refer to. */
const shared: readonly ResourceType[] = [secretKind, configMapKind, serviceAccountKind];

export const jobKind: ResourceType = { apiVersion: "batch/v1", kind: "Job", plural: "jobs", namespaced: true };

export function pipelineCaches(manager: Manager, namespace?: string): PipelineCaches {
  const scope = namespace === undefined ? {} : { namespace };
  const pipelines = manager.keep({
    ...scope,
    type: velibPipelineType,
    transform: storedPipeline,
    indexes: pipelineIndexes,
  });
  const metadata = (type: ResourceType, selectors: object) =>
    manager.keep<LiveObject>({
      ...scope,
      ...selectors,
      type,
      metadataOnly: true,
      transform: trimmedObject(type, []),
      indexes: ownerIndex,
      optional: isOptional(type),
    });
  const secrets = metadata(secretKind, { fieldSelector: usableSecrets });
  const configMaps = metadata(configMapKind, {});
  const deploymentType = workloadKinds.find(({ plural }) => plural === deploymentPlural)!;
  const deployments = manager.keep<StoredDeployment>({
    ...scope,
    type: deploymentType,
    labelSelector: ours,
    transform: trimmedDeployment(),
    indexes: ownerIndex,
  });
  const plain = workloadKinds
    .filter((type) => !shared.includes(type) && type !== deploymentType && !(type.kind in readStatusMembers))
    .map((type) => metadata(type, { labelSelector: ours }));
  const reporting = workloadKinds.flatMap((type) => {
    const members = Object.entries(readStatusMembers).find(([kind]) => kind === type.kind)?.[1];
    if (members === undefined) return [];
    const kept = { type, labelSelector: ours, indexes: ownerIndex, optional: isOptional(type) };
    return [manager.keep<LiveObject>({ ...scope, ...kept, transform: trimmedStatus(type, members) })];
  });
  const partners = partnerKinds.map((type) =>
    manager.keep<LiveObject>({
      ...scope,
      type,
      transform: trimmedObject(type, type === kafkaKind ? ["spec", "status"] : ["status"]),
      indexes: ownerIndex,
      optional: true,
    }),
  );
  const runsOfBatch = {
    ...scope,
    labelSelector: `${ours},app.kubernetes.io/component=batch`,
    indexes: {
      [byInstance]: ({ metadata }: LiveObject) => [`${metadata.namespace}/${metadata.labels?.[instanceLabelName]}`],
    },
  };
  const jobs = manager.keep<LiveObject>({
    ...runsOfBatch,
    type: jobKind,
    transform: trimmedObject(jobKind, ["status"]),
  });
  const sparkRuns = manager.keep<LiveObject>({
    ...runsOfBatch,
    type: sparkRunKind,
    transform: trimmedStatus(sparkRunKind, ["applicationState", "terminationTime"]),
    optional: true,
  });
  const made = [secrets, configMaps, metadata(serviceAccountKind, {}), ...plain, ...reporting, ...partners];
  const all: KeptKind<LiveObject>[] = [...made, { ...deployments, store: deployments.store }];
  return {
    pipelines,
    deployments,
    jobs,
    sparkRuns,
    reporting,
    secrets,
    configMaps,
    made: all,
    owned: all,
    optional: all.map(({ type }) => type).filter(isOptional),
    kept: (type) => all.find((kind) => kind.type === type) ?? null,
  };
}

function isOptional(type: ResourceType): boolean {
  return [...partnerKinds, ...partnerWorkloadKinds].some((partner) => partner === type);
}
