import type { Registry } from "prom-client";
import { labelValues } from "./label-values.ts";

interface Described {
  name: string;
  help: string;
  type: string;
  labels: readonly string[];
}

/** The `velib_*` metrics of a registry with their labels, by name. */
export function describeMetrics(registry: Registry): Described[] {
  return registry
    .getMetricsAsArray()
    .filter((metric) => metric.name.startsWith("velib_"))
    .map((metric) => ({
      name: metric.name,
      help: "help" in metric ? String(metric.help) : "",
      type: metric.constructor.name.toLowerCase(),
      labels: "labelNames" in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [],
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The reference page of the metrics, Markdown: `docs/reference/metrics.md` is exactly this. */
export function metricsReference(registry: Registry): string {
  const metrics = describeMetrics(registry);
  const labels = [...new Set(metrics.flatMap((metric) => metric.labels))].sort();
  return [
    "<!-- Generated from services/metrics; `npm run generate` writes it. -->",
    "",
    "# Metrics",
    "",
    "Every service serves these at `/metrics` in the Prometheus text format, with the usual `process_*` and",
    "`nodejs_*` metrics of the process. A service that does not do a thing has no samples of it.",
    "",
    "| metric | type | labels | meaning |",
    "|---|---|---|---|",
    ...metrics.map(
      ({ name, type, labels: names, help }) =>
        `| \`${name}\` | ${type} | ${names.map((label) => `\`${label}\``).join(", ")} | ${help} |`,
    ),
    "",
    "## Labels",
    "",
    "Each label has a closed set of values.",
    "",
    "| label | values |",
    "|---|---|",
    ...labels.map((label) => `| \`${label}\` | ${describeValues(label)} |`),
    "",
    "## Freshness",
    "",
    "`velib_feed_data_age_seconds` and `velib_feed_poll_age_seconds` are computed when they are scraped, by the same",
    "function as `freshness` in `/v1/sources`. A source counts as stale when it was never polled, when its newest",
    "poll is older than its hold, or when its data has stood still for 15 minutes and at least its hold. A",
    "recording is measured against its own newest poll.",
    "",
  ].join("\n");
}

function describeValues(label: string): string {
  const values = labelValues[label];
  if (values === undefined) throw new RangeError(`label ${label}: say in labelValues what values it has`);
  return typeof values === "string" ? values : values.map((value) => `\`${value}\``).join(", ");
}
