import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { samplesOf } from "./selectors.ts";

/** A row of panels, from left to right. */
export interface PanelRow {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly title: string;
  readonly type: "timeseries" | "stat";
  /** Grafana's name of it, such as `s`. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

export interface Query {
  /** PromQL. */
  readonly expr: string;
  /** What the line is called; `{{label}}` is filled in. */
  readonly legend: string;
}

/** What the dashboard shows, from the data's freshness down to the processes. */
export function panelRows(pipeline: VelibPipeline): PanelRow[] {
  const s = samplesOf(pipeline);
  return [
    {
      title: "Feeds",
      panels: [
        series("Age of the newest poll", "s", `max by (source) (velib_feed_poll_age_seconds{${s}})`, "{{source}}"),
        series("Age of the data", "s", `max by (source) (velib_feed_data_age_seconds{${s}})`, "{{source}}"),
        series("Stations", "short", `max by (source) (velib_stations{${s}})`, "{{source}}"),
        series(
          "Polls",
          "short",
          `sum by (source, outcome) (increase(velib_polls_total{${s}}[5m]))`,
          "{{source}} {{outcome}}",
        ),
      ],
    },
    {
      title: "Log",
      panels: [
        {
          title: "Records written",
          type: "timeseries",
          unit: "cps",
          queries: [
            { expr: `sum(rate(velib_changes_total{${s}}[5m]))`, legend: "changes" },
            { expr: `sum(rate(velib_keyframes_total{${s}}[5m]))`, legend: "keyframes" },
            { expr: `sum(rate(velib_absent_records_total{${s}}[5m]))`, legend: "absences" },
          ],
        },
        series(
          "Backlog",
          "short",
          `sum by (group) (max by (group, partition) (velib_log_lag_records{${s}}))`,
          "{{group}}",
        ),
        series(
          "Dead letters",
          "short",
          `sum by (source, reason) (increase(velib_dead_letters_total{${s}}[1h]))`,
          "{{source}} {{reason}}",
        ),
        series("Late records", "short", `sum by (source) (increase(velib_late_records_total{${s}}[1h]))`, "{{source}}"),
        series("Zone files refused", "short", `sum by (pod) (velib_refused_zone_files{${s}})`, "{{pod}}"),
      ],
    },
    {
      title: "Results",
      panels: [
        series(
          "Windows that became final",
          "short",
          `sum by (kind) (increase(velib_window_closes_total{${s}}[5m]))`,
          "{{kind}}",
        ),
        series(
          "Time of a step, 99 %",
          "s",
          `histogram_quantile(0.99, sum by (le, stage) (rate(velib_processing_seconds_bucket{${s}}[5m])))`,
          "{{stage}}",
        ),
        {
          title: "Users",
          type: "timeseries",
          unit: "cps",
          queries: [
            { expr: `sum by (outcome) (rate(velib_users_total{${s}}[5m]))`, legend: "{{outcome}}" },
            { expr: `sum(rate(velib_users_archived_total{${s}}[5m]))`, legend: "archived" },
          ],
        },
      ],
    },
    {
      title: "API",
      panels: [
        series("Requests", "reqps", `sum by (status) (rate(velib_http_requests_total{${s}}[5m]))`, "{{status}}"),
        series(
          "Time of an answer, 99 %",
          "s",
          `histogram_quantile(0.99, sum by (le, route) (rate(velib_http_request_duration_seconds_bucket{${s}}[5m])))`,
          "{{route}}",
        ),
        series("Live clients", "short", `sum(velib_live_clients{${s}})`, "clients"),
      ],
    },
    {
      title: "Processes",
      panels: [
        {
          title: "Versions",
          type: "stat",
          unit: "short",
          queries: [
            { expr: `count by (component, version) (velib_build_info{${s}})`, legend: "{{component}} {{version}}" },
          ],
        },
        series("Memory", "bytes", `process_resident_memory_bytes{${s}}`, "{{pod}}"),
        series("CPU", "percentunit", `rate(process_cpu_seconds_total{${s}}[5m])`, "{{pod}}"),
        series("Event loop, 99 %", "s", `nodejs_eventloop_lag_p99_seconds{${s}}`, "{{pod}}"),
      ],
    },
  ];
}

function series(title: string, unit: string, expr: string, legend: string): Panel {
  return { title, type: "timeseries", unit, queries: [{ expr, legend }] };
}
