import { partnerKinds } from "./pipeline/backbone/partner-kinds.ts";
import { workloadKinds } from "./pipeline/workloads/workload-kinds.ts";
import { groupOf, type ResourceType } from "./runtime/kube-object.ts";

/** A rule of a Role, as rbac.authorization.k8s.io/v1. */
export interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** What a reconciler does to the objects it makes. Server-side apply creates by `patch` and needs `create` as well. */
const made = ["get", "list", "watch", "create", "patch", "delete"];
const read = ["get", "list", "watch"];

/** Kinds that trainings are made of beside those of the pipelines. */
const trainingKinds: readonly ResourceType[] = [
  { apiVersion: "batch/v1", kind: "Job", plural: "jobs", namespaced: true },
];

/** What the operator may do in a namespace whose pipelines it reconciles. */
export function namespacePermissions(): PolicyRule[] {
  return [
    { apiGroups: ["velib.dev"], resources: ["modeltrainings", "velibpipelines"], verbs: [...read, "patch"] },
    {
      apiGroups: ["velib.dev"],
      resources: ["modeltrainings/status", "velibpipelines/status"],
      verbs: ["patch"],
    },
    {
      // An owner reference with blockOwnerDeletion asks for this where OwnerReferencesPermissionEnforcement is on.
      apiGroups: ["velib.dev"],
      resources: ["modeltrainings/finalizers", "velibpipelines/finalizers"],
      verbs: ["update"],
    },
    ...byGroup([...workloadKinds, ...partnerKinds, ...trainingKinds]).map(([group, plurals]) => ({
      apiGroups: [group],
      resources: plurals,
      verbs: made,
    })),
    { apiGroups: [""], resources: ["pods"], verbs: read },
    { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["get", "create", "patch"] },
  ];
}

/** What it may see of the whole cluster: which kinds are served. */
export function clusterPermissions(): PolicyRule[] {
  return [{ apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: read }];
}

/** What it may do in its own namespace: hold the lease. */
export function leadershipPermissions(): PolicyRule[] {
  return [
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update", "patch"] },
    { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["get", "create", "patch"] },
  ];
}

/** Plurals by group, both in alphabetical order, each once. */
function byGroup(types: readonly ResourceType[]): [group: string, plurals: string[]][] {
  const groups = Map.groupBy(types, ({ apiVersion }) => groupOf(apiVersion));
  return [...groups]
    .map(([group, kinds]): [string, string[]] => [group, [...new Set(kinds.map(({ plural }) => plural))].sort()])
    .sort(([one], [other]) => (one < other ? -1 : 1));
}
