import { writeFileSync } from "node:fs";
import {
  clusterPermissions,
  leadershipPermissions,
  namespacePermissions,
  type PolicyRule,
} from "../../../operator/permissions.ts";
import type { ResourceType } from "../../../operator/runtime/kube-object.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import { until } from "../../testbed/faults/until.ts";
import { secrets, someone, type TestNamespace } from "./cluster.ts";

const rbac = "rbac.authorization.k8s.io/v1";
const clusterRoles: ResourceType = { apiVersion: rbac, kind: "ClusterRole", plural: "clusterroles", namespaced: false };
const clusterRoleBindings: ResourceType = {
  apiVersion: rbac,
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  namespaced: false,
};
const serviceAccounts: ResourceType = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  namespaced: true,
};

/** Everything that the chart grants. */
export const chartRules: readonly PolicyRule[] = [
  ...namespacePermissions(),
  ...clusterPermissions(),
  ...leadershipPermissions(),
];

/** Grants exactly that to service accounts of the namespace; the role is called as the namespace is. */
export async function grantChartRules({ api, name }: TestNamespace, accounts: readonly string[]): Promise<void> {
  const metadata = { name };
  await api.apply(clusterRoles, { apiVersion: rbac, kind: "ClusterRole", metadata, rules: [...chartRules] }, someone);
  const subjects = accounts.map((account) => ({ kind: "ServiceAccount", name: account, namespace: name }));
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
  const binding = { apiVersion: rbac, kind: "ClusterRoleBinding", metadata, subjects, roleRef };
  await api.apply(clusterRoleBindings, binding, someone);
}

/** Takes the role and its binding away again. */
export async function revokeChartRules({ api, name }: TestNamespace): Promise<void> {
  await api.delete(clusterRoleBindings, { namespace: "", name });
  await api.delete(clusterRoles, { namespace: "", name });
}

/** Makes a service account of the namespace and writes a kubeconfig with its token. */
export async function writeAccountKubeconfig(space: TestNamespace, account: string, file: string): Promise<void> {
  const { api, connection, name: namespace } = space;
  const metadata = { name: account, namespace };
  await api.apply(serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata }, someone);
  const token = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { ...metadata, annotations: { "kubernetes.io/service-account.name": account } },
    type: "kubernetes.io/service-account-token",
  };
  await api.apply(secrets, token, someone);
  const data = await until(
    "the token",
    async () => {
      const live = await api.get(secrets, { namespace, name: account });
      return isRecord(live?.data) && live.data.token ? live.data : null;
    },
    30_000,
  );
  const cluster = { server: connection.server.origin, "certificate-authority-data": String(data["ca.crt"]) };
  const user = { token: Buffer.from(String(data.token), "base64").toString("utf8") };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster }],
    users: [{ name: "test", user }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace } }],
    "current-context": "test",
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
}
