import { readFileSync } from "node:fs";
import { collectDefaultMetrics, Registry } from "prom-client";
import Type from "typebox";
import Value from "typebox/value";
import { parse } from "yaml";

/** Metrics that Prometheus makes itself, and those of kube-state-metrics' own that we use. */
const others = ["up", "kube_job_failed"];

const file = new URL("../../../../k8s/monitoring/kube-state-metrics.yaml", import.meta.url);

const Path = Type.Array(Type.String());
const Labels = Type.Optional(Type.Record(Type.String(), Path));
export const StateMetrics = Type.Object(
  {
    kind: Type.Literal("CustomResourceStateMetrics"),
    spec: Type.Object({
      resources: Type.Array(
        Type.Object(
          {
            groupVersionKind: Type.Object({ group: Type.String(), version: Type.String(), kind: Type.String() }),
            metricNamePrefix: Type.String(),
            labelsFromPath: Labels,
            metrics: Type.Array(
              Type.Object(
                {
                  name: Type.String(),
                  help: Type.String(),
                  each: Type.Object({
                    type: Type.Literal("Gauge"),
                    gauge: Type.Object(
                      {
                        path: Path,
                        labelsFromPath: Labels,
                        valueFrom: Type.Optional(Path),
                        nilIsZero: Type.Optional(Type.Boolean()),
                      },
                      { additionalProperties: false },
                    ),
                  }),
                },
                { additionalProperties: false },
              ),
            ),
          },
          { additionalProperties: false },
        ),
      ),
    }),
  },
  { additionalProperties: false },
);

/** k8s/monitoring/kube-state-metrics.yaml. @throws when it is not of its form */
export function stateMetrics() {
  return Value.Parse(StateMetrics, parse(readFileSync(file, "utf8")));
}

/** The services' own metrics by name, with their types, as docs/reference/metrics.md has them: a test of theirs holds it. */
export function serviceMetrics(): Map<string, string> {
  const page = readFileSync(new URL("../../../../docs/reference/metrics.md", import.meta.url), "utf8");
  const rows = page.matchAll(/^\| `(velib_\w+)` \| (\w+) \|/gm);
  return new Map([...rows].map(([, name = "", type = ""]) => [name, type]));
}

/** Every name that a query of ours may use: of the services, of kube-state-metrics, and Prometheus' own. */
export function exportedMetrics(): Set<string> {
  const own = [...serviceMetrics()].flatMap(([name, type]) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const ofProcess = registry.getMetricsAsArray().map(({ name }) => name);
  registry.clear();
  const states = stateMetrics().spec.resources.flatMap(({ metricNamePrefix, metrics }) =>
    metrics.map(({ name }) => `${metricNamePrefix}_${name}`),
  );
  return new Set([...own, ...ofProcess, ...states, ...others]);
}

/** The metrics of a PromQL expression: the names before a selector, which every one of ours has. */
export function metricsIn(expr: string): string[] {
  return [...expr.matchAll(/([a-zA-Z_:][a-zA-Z0-9_:]*)\{/g)].map(([, name = ""]) => name);
}
