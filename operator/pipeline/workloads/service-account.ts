import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { workloadLabels, workloadNames } from "./workload-names.ts";

/** The identity of a pipeline's pods: none of them talks to the API server, so it has no rights and no token. */
export function serviceAccount(pipeline: VelibPipeline): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: workloadNames(pipeline).pipeline, labels: workloadLabels(pipeline) },
    automountServiceAccountToken: false,
  };
}
