import { expect, it } from "vitest";
import { objectNamed, workloadObjects } from "../workloads/testing/workload-context.ts";

it("scrapes every pod of the pipeline at the port that it has, and names pipeline and component", () => {
  const objects = workloadObjects({ monitoring: { podMonitor: { interval: "15s", labels: { release: "p" } } } });

  expect(objectNamed(objects, "PodMonitor", "paris")).toMatchObject({
    metadata: { labels: { release: "p" } },
    spec: {
      selector: { matchLabels: { "velib.dev/pipeline": "paris" } },
      podMetricsEndpoints: [
        {
          port: "http",
          path: "/metrics",
          interval: "15s",
          relabelings: [{ targetLabel: "pipeline" }, { targetLabel: "component" }],
        },
      ],
    },
  });
});

it("makes nothing where nothing is asked for", () => {
  const kinds = workloadObjects().map(({ kind }) => kind);

  expect(kinds).not.toContain("PodMonitor");
  expect(kinds).not.toContain("PrometheusRule");
});
