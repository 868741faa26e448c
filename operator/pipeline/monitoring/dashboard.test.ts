import { describe, expect, it } from "vitest";
import { pipelineOf } from "../backbone/testing/backbone-pipeline.ts";
import { dashboard } from "./dashboard.ts";
import { panelRows } from "./dashboard-panels.ts";
import { exportedMetrics, metricsIn, serviceMetrics } from "./testing/exported-metrics.ts";

const pipeline = pipelineOf();
const panels = panelRows(pipeline).flatMap((row) => row.panels);
const exported = exportedMetrics();

/** Of processes that end: what they found stands in their results. */
const ofJobs = [
  "velib_batch_records",
  "velib_history_read_records_total",
  "velib_job_duration_seconds",
  "velib_job_success_timestamp_seconds",
  "velib_model_score",
];

function textOf(name = "paris"): string {
  const [text] = Object.values(Object(dashboard(pipelineOf({}, name), {}).data));
  return String(text);
}

describe("the dashboard", () => {
  it.each(panels.map((panel) => [panel.title, panel.queries] as const))(
    "asks in %s only for metrics that are exported, of this pipeline",
    (_, queries) => {
      for (const { expr } of queries) {
        const names = metricsIn(expr);

        expect(names.length).toBeGreaterThan(0);
        expect(names.filter((name) => !exported.has(name))).toEqual([]);
        expect(expr.match(/\{/g)).toHaveLength(expr.match(/namespace="bikes",pipeline="paris"/g)?.length ?? 0);
      }
    },
  );

  it("shows every metric of the processes that run all the time", () => {
    const queries = panels.flatMap((panel) => panel.queries);
    const shown = new Set(queries.flatMap(({ expr }) => metricsIn(expr)).map((name) => name.replace(/_bucket$/, "")));

    expect([...serviceMetrics().keys()].filter((name) => !shown.has(name) && !ofJobs.includes(name))).toEqual([]);
  });

  it("is JSON that fills Grafana's grid without overlaps", () => {
    const { panels: laidOut } = JSON.parse(textOf());
    const cells = new Set<string>();
    for (const { gridPos } of laidOut) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(x).toBeLessThan(24);
          expect(cells.has(`${x},${y}`)).toBe(false);
          cells.add(`${x},${y}`);
        }
      }
    }
    expect(new Set(laidOut.map(({ id }: { id: number }) => id)).size).toBe(laidOut.length);
  });

  it("has an identity of its own for each pipeline, of 40 characters at most", () => {
    const { uid } = JSON.parse(textOf());

    expect(uid).not.toBe(JSON.parse(textOf("oslo")).uid);
    expect(uid.length).toBeLessThanOrEqual(40);
  });

  it("is found by the label of Grafana's sidecar, or by the user's", () => {
    expect(dashboard(pipeline, {}).metadata.labels).toMatchObject({ grafana_dashboard: "1" });
    expect(dashboard(pipeline, { labels: { grafana_dashboard: "yes" } }).metadata.labels).toMatchObject({
      grafana_dashboard: "yes",
    });
  });
});
