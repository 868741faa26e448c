import { setTimeout as wait } from "node:timers/promises";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import { keyOf, type ResourceType } from "../../../operator/runtime/kube-object.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import { someone } from "./cluster.ts";

export const pods: ResourceType = { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true };

/**
 * Stands in for the kubelet that a control plane without nodes lacks: pods of a namespace become Running and ready
 * unless `isReady` says no. Their Deployments follow by the real controllers. Returns how to stop.
 */
export function readyPods(api: KubeApi, namespace: string, isReady: (podName: string) => boolean = () => true) {
  const stop = new AbortController();
  const running = (async () => {
    while (!stop.signal.aborted) {
      await makeReady().catch(() => {});
      await wait(100, undefined, { signal: stop.signal }).catch(() => {});
    }
  })();

  async function makeReady(): Promise<void> {
    const { items } = await api.list(pods, { namespace });
    for (const pod of items) {
      const isNew = isRecord(pod.status) && pod.status.phase === "Pending";
      if (!isNew || pod.metadata.deletionTimestamp !== undefined || !isReady(pod.metadata.name)) continue;
      const conditions = [{ type: "Ready", status: "True", lastTransitionTime: new Date().toISOString() }];
      const merge = { status: { phase: "Running", podIP: "192.0.2.1", conditions } };
      await api.patch(pods, keyOf(pod), { merge }, { ...someone, subresource: "status" });
    }
  }

  return async () => {
    stop.abort();
    await running;
  };
}
