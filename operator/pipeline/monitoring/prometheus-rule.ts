import type { Monitoring } from "../../api/serving.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { instanceLabel, namespaceOf } from "../backbone/backbone-names.ts";
import { workloadLabels, workloadNames } from "../workloads/workload-names.ts";
import type { Activity } from "../workloads/workload-settings.ts";
import { type AlertName, alertsOf } from "./alerts.ts";

/** Where the page with a section for each alert is in the project. */
const runbooks = "docs/how-to/runbooks.md";

/** The alerts as the Prometheus operator takes them; `spec` is also what Prometheus itself reads as a rule file. */
export function prometheusRule(
  pipeline: VelibPipeline,
  activity: Activity,
  { labels }: NonNullable<Monitoring["rules"]>,
): KubeObject {
  const rules = alertsOf(pipeline, activity).map((alert) => ({
    alert: alert.name,
    expr: alert.expr,
    for: alert.for,
    labels: {
      ...alert.labels,
      severity: alert.severity,
      namespace: namespaceOf(pipeline),
      pipeline: instanceLabel(pipeline),
    },
    annotations: { summary: alert.summary, runbook_url: `${runbooks}#${runbookAnchor(alert.name)}` },
  }));
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: workloadNames(pipeline).pipeline, labels: { ...labels, ...workloadLabels(pipeline) } },
    spec: { groups: [{ name: `velib.${instanceLabel(pipeline)}`, rules }] },
  };
}

/** The anchor that a heading with the alert's name gets. */
export function runbookAnchor(name: AlertName): string {
  return name.toLowerCase();
}
