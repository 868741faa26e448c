import { randomBytes } from "node:crypto";
import { httpKubeApi } from "../../../operator/runtime/http-kube-api.ts";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import { connectionFor, type KubeConnection } from "../../../operator/runtime/kube-connection.ts";
import type { KubeObject, LiveObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { until } from "../../testbed/faults/until.ts";

export const configMaps = builtin("v1", "ConfigMap", "configmaps");
export const secrets = builtin("v1", "Secret", "secrets");
export const serviceAccounts = builtin("v1", "ServiceAccount", "serviceaccounts");
export const deployments = builtin("apps/v1", "Deployment", "deployments");
export const statefulSets = builtin("apps/v1", "StatefulSet", "statefulsets");
export const leases = builtin("coordination.k8s.io/v1", "Lease", "leases");
export const events = builtin("events.k8s.io/v1", "Event", "events");
const namespaces: ResourceType = { ...builtin("v1", "Namespace", "namespaces"), namespaced: false };
export const definitions: ResourceType = {
  ...builtin("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions"),
  namespaced: false,
};

function builtin(apiVersion: string, kind: string, plural: string): ResourceType {
  return { apiVersion, kind, plural, namespaced: true };
}

/** Field manager of the tests themselves: somebody else than the operator. */
export const someone = { fieldManager: "someone" };

/** A namespace of a test's own on the real API server. */
export interface TestNamespace {
  connection: KubeConnection;
  api: KubeApi;
  name: string;
  /** Deletes the namespace, without waiting until it is gone. */
  remove(): Promise<void>;
}

export async function testNamespace(kubeconfig: string): Promise<TestNamespace> {
  const connection = await connectionFor(kubeconfig);
  const api = httpKubeApi({ connection });
  const name = `runtime-${randomBytes(4).toString("hex")}`;
  await api.create(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } }, someone);
  return {
    connection,
    api,
    name,
    async remove() {
      await api.delete(namespaces, { namespace: "", name });
      connection.close();
    },
  };
}

/** A kind of the tests, of a group of its own so that files don't meet: `spec` and `status` are free. */
export function widgetType(group: string): ResourceType {
  return { apiVersion: `${group}/v1`, kind: "Widget", plural: "widgets", namespaced: true };
}

export function randomGroup(): string {
  return `t${randomBytes(4).toString("hex")}.runtime.test`;
}

/** Installs the definition of a kind and waits until the server serves it. */
export async function installDefinition(api: KubeApi, type: ResourceType): Promise<LiveObject> {
  const [group, version] = type.apiVersion.split("/");
  const free = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const definition: KubeObject = {
    apiVersion: definitions.apiVersion,
    kind: definitions.kind,
    metadata: { name: `${type.plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind: type.kind, plural: type.plural, singular: type.kind.toLowerCase() },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: "object", properties: { spec: free, status: free } } },
        },
      ],
    },
  };
  const live = await api.apply(definitions, definition, someone);
  await until(`${type.kind} served`, async () => ((await api.list(type)).items ? true : null), 30_000);
  return live;
}

export async function removeDefinition(api: KubeApi, type: ResourceType): Promise<void> {
  await api.delete(definitions, { namespace: "", name: `${type.plural}.${type.apiVersion.split("/")[0]}` });
}

export function widget(type: ResourceType, namespace: string, name: string, spec: object = {}): KubeObject {
  return { apiVersion: type.apiVersion, kind: type.kind, metadata: { name, namespace }, spec };
}

export function configMap(namespace: string, name: string, data: Record<string, string>): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
}
