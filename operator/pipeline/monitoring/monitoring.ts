import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import type { Activity } from "../workloads/workload-settings.ts";
import { dashboard } from "./dashboard.ts";
import { podMonitor } from "./pod-monitor.ts";
import { prometheusRule } from "./prometheus-rule.ts";

/** What a Prometheus and a Grafana pick up of a pipeline; each part only where the spec asks for it. */
export function monitoring(pipeline: VelibPipeline, activity: Activity): KubeObject[] {
  const asked = pipeline.spec.monitoring ?? {};
  return [
    ...(asked.podMonitor === undefined ? [] : [podMonitor(pipeline, asked.podMonitor)]),
    ...(asked.rules === undefined ? [] : [prometheusRule(pipeline, activity, asked.rules)]),
    ...(asked.dashboard === undefined ? [] : [dashboard(pipeline, asked.dashboard)]),
  ];
}
