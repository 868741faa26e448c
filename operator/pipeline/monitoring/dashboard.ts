import type { Monitoring } from "../../api/serving.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { namespaceOf } from "../backbone/backbone-names.ts";
import { digest } from "../workloads/digest.ts";
import { workloadLabels, workloadNames } from "../workloads/workload-names.ts";
import { type Panel, panelRows } from "./dashboard-panels.ts";

/** Grafana's grid is 24 wide. */
const gridWidth = 24;
const panelHeight = 8;

/**
 * The dashboard of a pipeline in a ConfigMap with the label that Grafana's sidecar looks for by default
 * (https://github.com/grafana/helm-charts/tree/main/charts/grafana#sidecar-for-dashboards).
 */
export function dashboard(pipeline: VelibPipeline, { labels }: NonNullable<Monitoring["dashboard"]>): KubeObject {
  const name = `${workloadNames(pipeline).pipeline}-dashboard`;
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, labels: { grafana_dashboard: "1", ...labels, ...workloadLabels(pipeline) } },
    data: { [`${name}.json`]: `${JSON.stringify(dashboardOf(pipeline), null, 2)}\n` },
  };
}

/** https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
function dashboardOf(pipeline: VelibPipeline): Record<string, unknown> {
  const { name } = pipeline.metadata;
  const panels: Record<string, unknown>[] = [];
  let y = 0;
  for (const { title, panels: row } of panelRows(pipeline)) {
    panels.push({
      id: panels.length + 1,
      type: "row",
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: gridWidth, h: 1 },
    });
    y++;
    const w = gridWidth / row.length;
    for (const [i, panel] of row.entries()) {
      panels.push({ id: panels.length + 1, ...panelOf(panel), gridPos: { x: i * w, y, w, h: panelHeight } });
    }
    y += panelHeight;
  }
  return {
    uid: `velib-${digest([namespaceOf(pipeline), name])}`,
    title: `Bike-share pipeline ${namespaceOf(pipeline)}/${name}`,
    tags: ["velib"],
    editable: false,
    schemaVersion: 39,
    version: 1,
    time: { from: "now-6h", to: "now" },
    refresh: "1m",
    templating: {
      list: [{ name: "datasource", label: "Prometheus", type: "datasource", query: "prometheus", refresh: 1 }],
    },
    panels,
  };
}

function panelOf({ title, type, unit, queries }: Panel): Record<string, unknown> {
  const datasource = { type: "prometheus", uid: "$datasource" };
  return {
    title,
    type,
    datasource,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: queries.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource,
      expr,
      legendFormat: legend,
      ...(type === "stat" ? { instant: true } : {}),
    })),
  };
}
