import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pipelineOf } from "../backbone/testing/backbone-pipeline.ts";
import { running } from "../workloads/workload-settings.ts";
import { alertNames, alertsOf } from "./alerts.ts";
import { prometheusRule, runbookAnchor } from "./prometheus-rule.ts";
import { exportedMetrics, metricsIn } from "./testing/exported-metrics.ts";

const page = readFileSync(new URL("../../../docs/how-to/runbooks.md", import.meta.url), "utf8");
const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);

const pipeline = pipelineOf({
  sources: [
    { name: "paris", simulator: {} },
    { name: "oslo", gbfs: { url: "https://example.org/gbfs.json", interval: "10m" } },
    { name: "bergen", gbfs: { url: "https://example.org/gbfs.json" }, hold: "20m" },
    { name: "recorded", replay: { claimName: "recordings", path: "paris" } },
  ],
  batch: {},
});

describe("the alerts", () => {
  const alerts = alertsOf(pipeline, running);

  it("are all there for a pipeline that has everything", () => {
    expect([...new Set(alerts.map(({ name }) => name))].sort()).toEqual([...alertNames].sort());
  });

  it.each(alertNames)("have a runbook: %s", (name) => {
    expect(headings).toContain(name);
    const rule = JSON.stringify(prometheusRule(pipeline, running, {}).spec);
    expect(rule).toContain(`docs/how-to/runbooks.md#${runbookAnchor(name)}`);
  });

  it("have no runbook too many", () => {
    expect(headings.filter((heading) => !alertNames.some((name) => name === heading))).toEqual([]);
  });

  it("ask only for metrics that are exported", () => {
    const exported = exportedMetrics();
    const unknown = alerts.flatMap(({ expr }) => metricsIn(expr)).filter((name) => !exported.has(name));

    expect(unknown).toEqual([]);
  });

  it("know how long an observation of each source holds; a recording is never stale", () => {
    const stale = alerts.filter(({ name }) => name === "VelibSourceStale").map(({ expr }) => expr);

    expect(stale.map((expr) => [/source=~"(.*?)"/.exec(expr)?.[1], Number(/> (\d+)$/.exec(expr)?.[1])])).toEqual([
      ["paris", 600],
      ["oslo|bergen", 1200],
    ]);
  });

  it.each([
    ["that works its backlog off", { producing: false, consuming: true }, ["aggregator", "archiver", "api"]],
    ["that is drained", { producing: false, consuming: false }, ["api"]],
  ])("of a pipeline %s are not about what it does not do", (_, activity, present) => {
    const left = alertsOf(pipeline, activity);
    const absent = left.filter(({ name }) => name === "VelibComponentAbsent");

    expect(absent.map(({ expr }) => /component="(\w+)"/.exec(expr)?.[1]).sort()).toEqual(present.sort());
    expect(left.map(({ name }) => name)).not.toContain("VelibSourceStale");
    expect(left.map(({ name }) => name)).not.toContain("VelibWindowsStop");
  });
});
