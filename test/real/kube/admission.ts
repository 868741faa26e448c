import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import type { KubeObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import { until } from "../../testbed/faults/until.ts";
import { someone } from "./cluster.ts";

const group = "admissionregistration.k8s.io/v1";
const policies = clusterType("ValidatingAdmissionPolicy", "validatingadmissionpolicies");
const bindings = clusterType("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings");
const quotas: ResourceType = { apiVersion: "v1", kind: "ResourceQuota", plural: "resourcequotas", namespaced: true };

function clusterType(kind: string, plural: string): ResourceType {
  return { apiVersion: group, kind, plural, namespaced: false };
}

export interface DenialSettings {
  api: KubeApi;
  /** Where it holds. */
  namespace: string;
  denied: ResourceType;
  /** CEL of the objects that pass; none unless set. */
  passes?: string;
  message: string;
  /** An object that is valid and does not pass: invalid fields are told before the policies are asked. */
  probe: KubeObject;
}

/**
 * A policy of the cluster's own that denies writes of a kind, with the status that the API gives unless told otherwise:
 * 422, as an invalid field has. Waits until it holds. Returns how to take it away.
 */
export async function denyWrites(settings: DenialSettings): Promise<() => Promise<void>> {
  const { api, namespace, denied, passes = "false", message, probe } = settings;
  const [apiGroup = "", version = ""] = denied.apiVersion.includes("/")
    ? denied.apiVersion.split("/")
    : ["", denied.apiVersion];
  const name = `${namespace}-${denied.plural}`;
  const rule = {
    apiGroups: [apiGroup],
    apiVersions: [version],
    operations: ["CREATE", "UPDATE"],
    resources: [denied.plural],
  };
  const spec = { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: passes, message }] };
  await api.apply(policies, { apiVersion: group, kind: policies.kind, metadata: { name }, spec }, someone);
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  const binding = { policyName: name, validationActions: ["Deny"], matchResources: { namespaceSelector } };
  await api.apply(bindings, { apiVersion: group, kind: bindings.kind, metadata: { name }, spec: binding }, someone);
  await until(
    `${name} holds`,
    () =>
      api.create(denied, probe, { ...someone, dryRun: true }).then(
        () => null,
        (error: Error) => (error.message.includes(message) ? true : null),
      ),
    30_000,
  );
  return async () => {
    await api.delete(bindings, { namespace: "", name });
    await api.delete(policies, { namespace: "", name });
  };
}

/** A quota of none of these, `count/services` say. Waits until it counts. Returns how to take it away. */
export async function allowNone(api: KubeApi, namespace: string, counted: string): Promise<() => Promise<void>> {
  const key = { namespace, name: "none" };
  const hard = { [counted]: "0" };
  await api.apply(quotas, { apiVersion: "v1", kind: "ResourceQuota", metadata: key, spec: { hard } }, someone);
  await until(
    "the quota counted",
    async () => {
      const live = await api.get(quotas, key);
      return isRecord(live?.status) && isRecord(live.status.hard) ? true : null;
    },
    30_000,
  );
  return async () => {
    await api.delete(quotas, key);
  };
}
