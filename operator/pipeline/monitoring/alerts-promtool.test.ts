import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { describeAbsent } from "../../../test/real/servers.ts";
import { pipelineOf } from "../backbone/testing/backbone-pipeline.ts";
import { running } from "../workloads/workload-settings.ts";
import { type AlertName, alertNames, alertsOf } from "./alerts.ts";
import { prometheusRule } from "./prometheus-rule.ts";

interface Series {
  series: string;
  /** promtool's notation: `0+1x10` is 0, 1 … 10, a sample a minute. */
  values: string;
}

interface Case {
  name: AlertName;
  fires: Series[];
  /** What it is about; beside severity and pipeline. */
  labels: Record<string, string>;
  silent: Series[];
}

const own = 'namespace="bikes",pipeline="paris"';
const pod = `${own},component="aggregator",pod="a"`;
const up = (component: string, values: string): Series => ({ series: `up{${own},component="${component}"}`, values });
const everybody = ["producer", "aggregator", "archiver", "api"].map((component) => up(component, "1x120"));
const polls = (outcome: string, values: string): Series => ({
  series: `velib_polls_total{${own},source="paris",outcome="${outcome}"}`,
  values,
});
const age = (what: string, values: string): Series => ({
  series: `velib_feed_${what}_age_seconds{${own},source="paris"}`,
  values,
});
const lag = (values: string): Series => ({
  series: `velib_log_lag_records{${own},group="aggregator",partition="0"}`,
  values,
});
const requests = (status: number, values: string): Series => ({
  series: `velib_http_requests_total{${own},status="${status}"}`,
  values,
});
const answers = (le: string, values: string): Series => ({
  series: `velib_http_request_duration_seconds_bucket{${own},le="${le}"}`,
  values,
});
const condition = (values: string): Series => ({
  series: 'kube_velibpipeline_condition{namespace="bikes",name="paris",type="Ready",reason="x"}',
  values,
});
const job = (values: string): Series => ({
  series: 'kube_job_failed{namespace="bikes",job_name="paris-batch-1",condition="true"}',
  values,
});
const counted = (metric: string, labels: string, values: string): Series => ({
  series: `${metric}{${own},${labels}}`,
  values,
});
const windows = (values: string) => counted("velib_window_closes_total", 'kind="station"', values);

const cases: Case[] = [
  {
    name: "VelibPipelineNotReady",
    fires: [condition("0x120")],
    labels: { namespace: "bikes", name: "paris" },
    silent: [condition("1x120")],
  },
  {
    name: "VelibComponentAbsent",
    fires: everybody.map((series) => (series.series.includes("archiver") ? { ...series, values: "0x120" } : series)),
    labels: { namespace: "bikes", component: "archiver" },
    silent: everybody,
  },
  {
    name: "VelibProcessRestarts",
    fires: [{ series: `process_start_time_seconds{${pod}}`, values: "0+60x120" }],
    labels: { pod: "a", component: "aggregator" },
    silent: [{ series: `process_start_time_seconds{${pod}}`, values: "60x120" }],
  },
  {
    name: "VelibEventLoopBlocked",
    fires: [{ series: `nodejs_eventloop_lag_p99_seconds{${pod}}`, values: "2x120" }],
    labels: { pod: "a", component: "aggregator" },
    silent: [{ series: `nodejs_eventloop_lag_p99_seconds{${pod}}`, values: "0.1x120" }],
  },
  {
    name: "VelibSourceStale",
    fires: [age("poll", "0+60x120")],
    labels: { source: "paris" },
    silent: [age("poll", "60x120")],
  },
  {
    name: "VelibSourceStandsStill",
    fires: [age("poll", "60x120"), age("data", "0+60x120")],
    labels: { source: "paris" },
    silent: [age("poll", "60x120"), age("data", "600x120")],
  },
  {
    name: "VelibPollsFail",
    fires: [polls("counted", "0x120"), polls("failed", "0+1x120")],
    labels: { source: "paris" },
    silent: [polls("counted", "0+1x120"), polls("failed", "0x120")],
  },
  {
    name: "VelibDeadLetters",
    fires: [counted("velib_dead_letters_total", 'source="paris",reason="late"', "0+10x120")],
    labels: { source: "paris", reason: "late" },
    silent: [counted("velib_dead_letters_total", 'source="paris",reason="late"', "0+1x120")],
  },
  {
    name: "VelibLateRecords",
    fires: [counted("velib_late_records_total", 'source="paris"', "0+1x120")],
    labels: { source: "paris" },
    silent: [counted("velib_late_records_total", 'source="paris"', "5x120")],
  },
  {
    name: "VelibBacklogGrows",
    fires: [lag("20000+10x120")],
    labels: { group: "aggregator" },
    silent: [lag("5000000-1000x120")],
  },
  {
    name: "VelibWindowsStop",
    fires: [polls("counted", "0+1x120"), windows("5x120")],
    labels: {},
    silent: [polls("counted", "0+1x120"), windows("0+10x120")],
  },
  {
    name: "VelibApiErrors",
    fires: [requests(200, "0+90x120"), requests(503, "0+10x120")],
    labels: {},
    silent: [requests(200, "0+99x120"), requests(503, "0+1x120"), requests(404, "0+50x120")],
  },
  {
    name: "VelibApiSlow",
    fires: [answers("0.3", "0+50x120"), answers("3", "0+100x120"), answers("+Inf", "0+100x120")],
    labels: {},
    silent: [answers("0.3", "0+100x120"), answers("3", "0+100x120"), answers("+Inf", "0+100x120")],
  },
  { name: "VelibBatchFailed", fires: [job("1x120")], labels: { job_name: "paris-batch-1" }, silent: [job("0x120")] },
];

const pipeline = pipelineOf({ batch: {} });
const tool = promtool();
const suite = "the alerts, run by promtool";
if (tool === null) describeAbsent(suite, "promtool absent: test/testbed/prometheus/install-promtool.sh");
else describe(suite, () => alertTests(tool));

function alertTests(program: string) {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "velib-alerts-"));
    writeFileSync(join(folder, "rules.yaml"), stringify(prometheusRule(pipeline, running, {}).spec));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("are valid rules", () => {
    const output = execFileSync(program, ["check", "rules", join(folder, "rules.yaml")], { encoding: "utf8" });

    expect(output).toContain(`SUCCESS: ${alertsOf(pipeline, running).length} rules found`);
  });

  it("have a case each", () => {
    expect(cases.map(({ name }) => name)).toEqual([...alertNames]);
  });

  it("fire when they should and not otherwise", () => {
    const test = { rule_files: ["rules.yaml"], evaluation_interval: "1m", tests: cases.flatMap(testsOf) };
    writeFileSync(join(folder, "tests.yaml"), stringify(test));

    const { status, stdout, stderr } = spawnSync(program, ["test", "rules", join(folder, "tests.yaml")], {
      encoding: "utf8",
    });

    expect(`${stdout}${stderr}`).not.toContain("FAILED");
    expect(status).toBe(0);
  });

  function testsOf({ name, fires, labels, silent }: Case) {
    const rule = alertsOf(pipeline, running).find((alert) => alert.name === name);
    const expected = { ...labels, namespace: "bikes", pipeline: "paris", severity: rule?.severity ?? "" };
    return [
      oneTest(`${name} fires`, fires, `count(ALERTS{alertname="${name}",alertstate="firing",${matchers(expected)}})`, [
        { labels: "{}", value: 1 },
      ]),
      oneTest(`${name} stays silent`, silent, `count(ALERTS{alertname="${name}"})`, []),
    ];
  }
}

function oneTest(name: string, series: Series[], expr: string, samples: { labels: string; value: number }[]) {
  return {
    name,
    interval: "1m",
    input_series: series,
    promql_expr_test: [{ expr, eval_time: "100m", exp_samples: samples }],
  };
}

function matchers(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",");
}

/** promtool from TEST_PROMTOOL, the testbed's cache or the PATH; null when there is none. */
function promtool(): string | null {
  const cache = process.env.VELIB_TESTBED_CACHE ?? join(homedir(), ".cache", "velib-testbed");
  const folders = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "promtool"));
  const places = [process.env.TEST_PROMTOOL ?? "", join(cache, "bin", "promtool"), ...folders];
  return places.find((path) => path !== "" && existsSync(path)) ?? null;
}
