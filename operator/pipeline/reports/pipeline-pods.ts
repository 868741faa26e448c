import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeApi } from "../../runtime/kube-api.ts";
import type { LiveObject, ResourceType } from "../../runtime/kube-object.ts";
import { isRecord } from "../../runtime/kube-payload.ts";
import { instanceLabel, namespaceOf } from "../backbone/backbone-names.ts";
import { podLabel } from "../workloads/workload-names.ts";

const podKind: ResourceType = { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true };

/** More than these are not looked at in one round. */
const MOST_PODS = 256;

/** Pods of a pipeline that run or may still run; pods are not watched, so this asks the API server. */
export async function podsOf(
  api: KubeApi,
  pipeline: VelibPipeline,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<LiveObject[]> {
  const selector = Object.entries({ [podLabel]: instanceLabel(pipeline), ...labels });
  const { items } = await api.list(podKind, {
    namespace: namespaceOf(pipeline),
    labelSelector: selector.map(([name, value]) => `${name}=${value}`).join(","),
    limit: MOST_PODS,
    signal,
  });
  return items.filter(
    ({ status }) => !(isRecord(status) && (status.phase === "Succeeded" || status.phase === "Failed")),
  );
}
