import { partnerKinds } from "./pipeline/backbone/partner-kinds.ts";
import { sparkRunKind, workloadKinds } from "./pipeline/workloads/workload-kinds.ts";
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

/** What the operator may do in a namespace whose pipelines it reconciles. */
export function namespacePermissions(): PolicyRule[] {
  return [
    { apiGroups: ["velib.dev"], resources: ["modeltrainings"], verbs: read },
    // Patched for its finalizer.
    { apiGroups: ["velib.dev"], resources: ["velibpipelines"], verbs: [...read, "patch"] },
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
    ...byGroup([...workloadKinds, ...partnerKinds]).map(([group, plurals]) => ({
      apiGroups: [group],
      resources: plurals,
      verbs: made,
    })),
    // A run of a training: a Job's template can't be changed, so it is made once and never patched.
    { apiGroups: ["batch"], resources: ["jobs"], verbs: [...read, "create", "delete"] },
    // A run of the batch on Spark, which the Spark operator makes.
    { apiGroups: [groupOf(sparkRunKind.apiVersion)], resources: [sparkRunKind.plural], verbs: ["list", "watch"] },
    // To ask a process how far it is, and to read what a run came to.
    { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["get", "create", "patch"] },
  ];
}

/** What it may see of the whole cluster: which kinds are served. */
export function clusterPermissions(): PolicyRule[] {
  return [{ apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: ["list", "watch"] }];
}

/** What it may do in its own namespace: hold the lease. */
export function leadershipPermissions(): PolicyRule[] {
  return [
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "patch"] },
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
