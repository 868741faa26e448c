import type { Monitoring } from "../../api/serving.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { instanceLabel } from "../backbone/backbone-names.ts";
import { podLabel, workloadLabels, workloadNames } from "../workloads/workload-names.ts";

/** https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor */
export function podMonitor(
  pipeline: VelibPipeline,
  { interval, labels }: NonNullable<Monitoring["podMonitor"]>,
): KubeObject {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: { name: workloadNames(pipeline).pipeline, labels: { ...labels, ...workloadLabels(pipeline) } },
    spec: {
      selector: { matchLabels: { [podLabel]: instanceLabel(pipeline) } },
      podMetricsEndpoints: [
        {
          port: "http",
          path: "/metrics",
          interval,
          relabelings: [
            {
              action: "replace",
              sourceLabels: ["__meta_kubernetes_pod_label_velib_dev_pipeline"],
              targetLabel: "pipeline",
            },
            {
              action: "replace",
              sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_component"],
              targetLabel: "component",
            },
          ],
        },
      ],
    },
  };
}
