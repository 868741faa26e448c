import { durationMs } from "../../../core/time/duration.ts";
import { kindOfSource, type Source } from "../../api/sources.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { namespaceOf } from "../backbone/backbone-names.ts";
import { workloadNames } from "../workloads/workload-names.ts";
import type { Activity } from "../workloads/workload-settings.ts";
import { range, samplesOf } from "./selectors.ts";

/** The alerts: a closed list, each with a section in docs/how-to/runbooks.md. */
export const alertNames = [
  "VelibPipelineNotReady",
  "VelibComponentAbsent",
  "VelibProcessRestarts",
  "VelibEventLoopBlocked",
  "VelibSourceStale",
  "VelibSourceStandsStill",
  "VelibPollsFail",
  "VelibDeadLetters",
  "VelibLateRecords",
  "VelibBacklogGrows",
  "VelibWindowsStop",
  "VelibApiErrors",
  "VelibApiSlow",
  "VelibBatchFailed",
] as const;
export type AlertName = (typeof alertNames)[number];

export interface Alert {
  readonly name: AlertName;
  /** PromQL. */
  readonly expr: string;
  /** How long it must be so, as Prometheus writes it. */
  readonly for: string;
  readonly severity: "critical" | "warning";
  readonly summary: string;
  /** What the expression does not tell. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A feed may stand still for that long while its network sleeps (docs/reference/metrics.md, Freshness). */
const quietSeconds = 900;

/** The alerts of a pipeline. What a suspended pipeline does not do is no cause for one. */
export function alertsOf(pipeline: VelibPipeline, { producing, consuming }: Activity): Alert[] {
  return [
    ...always(pipeline),
    ...(pipeline.spec.batch === undefined ? [] : [batchFailed(pipeline)]),
    ...(producing ? [componentAbsent(pipeline, "producer"), ...feeds(pipeline)] : []),
    ...(consuming
      ? [componentAbsent(pipeline, "aggregator"), componentAbsent(pipeline, "archiver"), backlog(pipeline)]
      : []),
    ...(producing && consuming ? [windowsStop(pipeline)] : []),
  ];
}

function always(pipeline: VelibPipeline): Alert[] {
  const s = samplesOf(pipeline);
  const { name } = pipeline.metadata;
  return [
    {
      name: "VelibPipelineNotReady",
      expr: `max by (namespace, name) (kube_velibpipeline_condition{namespace="${namespaceOf(pipeline)}",name="${name}",type="Ready"}) == 0`,
      for: "15m",
      severity: "critical",
      summary: `Pipeline ${name} has not been ready for 15 minutes`,
    },
    ...(pipeline.spec.api.replicas === 0 ? [] : [componentAbsent(pipeline, "api")]),
    {
      name: "VelibProcessRestarts",
      expr: `max by (pod, component) (changes(process_start_time_seconds{${s}}[30m])) > 3`,
      for: "1m",
      severity: "warning",
      summary: "{{ $labels.pod }} was restarted {{ $value }} times in 30 minutes",
    },
    {
      name: "VelibEventLoopBlocked",
      expr: `max by (pod, component) (nodejs_eventloop_lag_p99_seconds{${s}}) > 1`,
      for: "10m",
      severity: "warning",
      summary: "{{ $labels.pod }} answers {{ $value | humanizeDuration }} late: it has more work than CPU",
    },
    {
      name: "VelibDeadLetters",
      expr: `sum by (source, reason) (increase(velib_dead_letters_total{${s}}[1h])) > 100`,
      for: "5m",
      severity: "warning",
      summary: "{{ $value | humanize }} of {{ $labels.source }} were put aside in an hour: {{ $labels.reason }}",
    },
    {
      name: "VelibLateRecords",
      expr: `sum by (source) (increase(velib_late_records_total{${s}}[1h])) > 0`,
      for: "1m",
      severity: "warning",
      summary: "{{ $value | humanize }} records of {{ $labels.source }} came after their window was final",
    },
    {
      name: "VelibApiErrors",
      expr: `sum(rate(velib_http_requests_total{${s},status=~"5.."}[5m])) / sum(rate(velib_http_requests_total{${s}}[5m])) > 0.05`,
      for: "10m",
      severity: "critical",
      summary: "{{ $value | humanizePercentage }} of the API's answers are failures of its own",
    },
    {
      name: "VelibApiSlow",
      expr: `histogram_quantile(0.99, sum by (le) (rate(velib_http_request_duration_seconds_bucket{${s}}[5m]))) > 1`,
      for: "15m",
      severity: "warning",
      summary: "One answer in a hundred takes {{ $value | humanizeDuration }} or more",
    },
  ];
}

function componentAbsent(pipeline: VelibPipeline, component: string): Alert {
  return {
    name: "VelibComponentAbsent",
    expr: `absent(up{${samplesOf(pipeline)},component="${component}"} == 1)`,
    for: "5m",
    severity: "critical",
    summary: `No ${component} of ${pipeline.metadata.name} answers`,
    // absent() of a comparison has no labels of its own.
    labels: { component },
  };
}

function feeds(pipeline: VelibPipeline): Alert[] {
  const s = samplesOf(pipeline);
  const polled = pipeline.spec.sources.filter((source) => kindOfSource(source) !== "replay");
  const byHold = Map.groupBy(polled, holdSeconds);
  const stale = [...byHold].flatMap(([hold, sources]): Alert[] => {
    const of = `${s},source=~"${sources.map(({ name }) => name).join("|")}"`;
    return [
      {
        name: "VelibSourceStale",
        expr: `max by (source) (velib_feed_poll_age_seconds{${of}}) > ${hold}`,
        for: "2m",
        severity: "critical",
        summary:
          "{{ $labels.source }} was last polled {{ $value | humanizeDuration }} ago: its stations are unknown now",
      },
      {
        name: "VelibSourceStandsStill",
        expr: `max by (source) (velib_feed_data_age_seconds{${of}}) > ${Math.max(quietSeconds, hold)} and max by (source) (velib_feed_poll_age_seconds{${of}}) <= ${hold}`,
        for: "5m",
        severity: "warning",
        summary: "{{ $labels.source }} answers, but nothing in it has moved for {{ $value | humanizeDuration }}",
      },
    ];
  });
  return [
    ...stale,
    {
      name: "VelibPollsFail",
      expr: `sum by (source) (increase(velib_polls_total{${s},outcome=~"failed|rejected"}[15m])) / sum by (source) (increase(velib_polls_total{${s}}[15m])) > 0.5`,
      for: "10m",
      severity: "warning",
      summary: "{{ $value | humanizePercentage }} of the polls of {{ $labels.source }} don't count",
    },
  ];
}

/** How long an observation holds, as the services have it: the greater of 10 minutes and twice the interval unless set. */
function holdSeconds({ hold, opendatasoft, gbfs, simulator }: Source): number {
  if (hold !== undefined) return durationMs(hold) / 1000;
  const interval = (opendatasoft ?? gbfs ?? simulator)?.interval ?? "60s";
  return Math.max(600, (2 * durationMs(interval)) / 1000);
}

function backlog(pipeline: VelibPipeline): Alert {
  const lag = `sum by (group) (max by (group, partition) (velib_log_lag_records{${samplesOf(pipeline)}}))`;
  return {
    name: "VelibBacklogGrows",
    expr: `${lag} > 10000 and deriv((${lag})[15m:1m]) >= 0`,
    for: "10m",
    severity: "warning",
    summary: "{{ $labels.group }} is {{ $value | humanize }} records behind and does not catch up",
  };
}

function windowsStop(pipeline: VelibPipeline): Alert {
  const s = samplesOf(pipeline);
  const span = range(Math.max(quietSeconds, (5 * durationMs(pipeline.spec.aggregation.window)) / 1000));
  return {
    name: "VelibWindowsStop",
    expr: `sum(increase(velib_polls_total{${s},outcome="counted"}[${span}])) > 5 unless sum(increase(velib_window_closes_total{${s},kind="station"}[${span}])) > 0`,
    for: "5m",
    severity: "critical",
    summary: `Polls of ${pipeline.metadata.name} count, but no window becomes final`,
  };
}

function batchFailed(pipeline: VelibPipeline): Alert {
  const jobs = `namespace="${namespaceOf(pipeline)}",job_name=~"${workloadNames(pipeline).of("batch")}-.+"`;
  return {
    name: "VelibBatchFailed",
    expr: `max by (job_name) (kube_job_failed{${jobs},condition="true"}) == 1`,
    for: "1m",
    severity: "warning",
    summary: "Job {{ $labels.job_name }} failed: the files of its day are missing",
  };
}
