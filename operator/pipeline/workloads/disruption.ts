import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { podSelector, type WorkloadComponent, workloadLabels, workloadNames } from "./workload-names.ts";

/**
 * Nodes are drained one pod of a component at a time. None for a component of one pod: it would change nothing, and
 * one that kept the pod would keep the node from ever being drained. A pod that isn't ready anyway may always go.
 */
export function disruptionBudget(pipeline: VelibPipeline, component: WorkloadComponent, most: number): KubeObject[] {
  if (most < 2) return [];
  return [
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: workloadNames(pipeline).of(component), labels: workloadLabels(pipeline, component) },
      spec: {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        selector: { matchLabels: podSelector(pipeline, component) },
      },
    },
  ];
}
