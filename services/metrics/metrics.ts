import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { DeadLetterReason } from "../../core/dead-letter/dead-letter.ts";
import type { FeedReader } from "./feed-gauges.ts";
import { registerFeedGauges } from "./feed-gauges.ts";
import type {
  ContenderName,
  JobName,
  PollOutcome,
  ProcessingStage,
  ScoreName,
  UserOutcome,
  WindowKind,
} from "./label-values.ts";
import { LogLag } from "./log-lag.ts";

/** A counter that takes these labels and no other values of them. */
export interface LabelledCounter<Labels> {
  inc(labels: Labels, value?: number): void;
}

export interface LabelledGauge<Labels> {
  set(labels: Labels, value: number): void;
}

export interface LabelledHistogram<Labels> {
  observe(labels: Labels, value: number): void;
}

/** What the services count, under `velib_*`, with the process's own metrics. One a process. */
export interface Metrics {
  readonly registry: Registry;
  readonly polls: LabelledCounter<{ source: string; outcome: PollOutcome }>;
  readonly changes: LabelledCounter<{ source: string }>;
  readonly keyframes: LabelledCounter<{ source: string }>;
  readonly absentRecords: LabelledCounter<{ source: string }>;
  readonly deadLetters: LabelledCounter<{ source: string; reason: DeadLetterReason }>;
  readonly lateRecords: LabelledCounter<{ source: string }>;
  readonly users: LabelledCounter<{ outcome: UserOutcome }>;
  readonly usersArchived: { inc(value: number): void };
  readonly windowCloses: LabelledCounter<{ kind: WindowKind }>;
  /** Seconds. */
  readonly processing: LabelledHistogram<{ stage: ProcessingStage }>;
  readonly logLag: LogLag;
  readonly httpRequests: LabelledCounter<{ method: string; route: string; status: number }>;
  /** Seconds. */
  readonly httpDuration: LabelledHistogram<{ method: string; route: string }>;
  /** Unix time, s. */
  readonly jobSucceededAt: LabelledGauge<{ task: JobName }>;
  /** Seconds. */
  readonly jobDuration: LabelledGauge<{ task: JobName }>;
  readonly historyRead: LabelledCounter<{ task: JobName; source: string }>;
  readonly batchRecords: LabelledGauge<{ source: string }>;
  readonly modelScore: LabelledGauge<{ source: string; model: string; contender: ContenderName; score: ScoreName }>;
  readonly zonesRefused: { set(value: 0 | 1): void };
  readonly liveClients: { set(value: number): void };
  /** Connects the feed gauges to the sources' states; they are read at each scrape. */
  readFeedsFrom(read: FeedReader): void;
}

/** From a decode in memory (1 ms) to a slow feed or a large commit. */
const processingBuckets = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];
const httpBuckets = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];

/** Creates the metrics of one process in a registry of their own. */
export function createMetrics({ version }: { version: string }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // The default precision wakes the process up a hundred times a second.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });
  new Gauge({
    name: "velib_build_info",
    help: "Always 1; the labels tell what is running",
    labelNames: ["version", "node"],
    registers,
  }).set({ version, node: process.version }, 1);
  const readFeedsFrom = registerFeedGauges(registry);

  return {
    registry,
    readFeedsFrom,
    polls: new Counter({
      name: "velib_polls_total",
      help: "Polls by what became of them: counted, rejected (dead-lettered), failed (no body)",
      labelNames: ["source", "outcome"],
      registers,
    }),
    changes: new Counter({
      name: "velib_changes_total",
      help: "Observations whose content differed from the station's previous one",
      labelNames: ["source"],
      registers,
    }),
    keyframes: new Counter({
      name: "velib_keyframes_total",
      help: "Unchanged observations written to the log anyway",
      labelNames: ["source"],
      registers,
    }),
    absentRecords: new Counter({
      name: "velib_absent_records_total",
      help: "Records that say a known station was missing from a poll",
      labelNames: ["source"],
      registers,
    }),
    deadLetters: new Counter({
      name: "velib_dead_letters_total",
      help: "What could not be used and was put aside, by reason",
      labelNames: ["source", "reason"],
      registers,
    }),
    lateRecords: new Counter({
      name: "velib_late_records_total",
      help: "Records that came after their window was final",
      labelNames: ["source"],
      registers,
    }),
    users: new Counter({
      name: "velib_users_total",
      help: "Users that the users API gave: created (written to the log), rejected (dead-lettered)",
      labelNames: ["outcome"],
      registers,
    }),
    usersArchived: new Counter({
      name: "velib_users_archived_total",
      help: "Users of the log written to the store, those read again included",
      registers,
    }),
    windowCloses: new Counter({
      name: "velib_window_closes_total",
      help: "Windows that became final and were written",
      labelNames: ["kind"],
      registers,
    }),
    processing: new Histogram({
      name: "velib_processing_seconds",
      help: "Time a step took: one poll, one append to the log, one batch aggregated, one commit of results",
      labelNames: ["stage"],
      buckets: processingBuckets,
      registers,
    }),
    logLag: new LogLag(
      new Gauge({
        name: "velib_log_lag_records",
        help: "Log records that a consumer group has not handled yet, of the partitions that this process has, or had when its work broke off",
        labelNames: ["group", "partition"],
        registers,
      }),
    ),
    httpRequests: new Counter({
      name: "velib_http_requests_total",
      help: "Requests answered, by route template and status",
      labelNames: ["method", "route", "status"],
      registers,
    }),
    httpDuration: new Histogram({
      name: "velib_http_request_duration_seconds",
      help: "Time from a request's arrival to the end of its answer; live streams are left out",
      labelNames: ["method", "route"],
      buckets: httpBuckets,
      registers,
    }),
    jobSucceededAt: new Gauge({
      name: "velib_job_success_timestamp_seconds",
      help: "When this run of a job ended well; only in its metrics file",
      labelNames: ["task"],
      registers,
    }),
    jobDuration: new Gauge({
      name: "velib_job_duration_seconds",
      help: "How long this run of a job took; only in its metrics file",
      labelNames: ["task"],
      registers,
    }),
    historyRead: new Counter({
      name: "velib_history_read_records_total",
      help: "Observations that a job has read from the history",
      labelNames: ["task", "source"],
      registers,
    }),
    batchRecords: new Gauge({
      name: "velib_batch_records",
      help: "Observations that the batch wrote for the last day it did",
      labelNames: ["source"],
      registers,
    }),
    modelScore: new Gauge({
      name: "velib_model_score",
      help: "How a training judged a model, and persistence beside it, on days it had not seen",
      labelNames: ["source", "model", "contender", "score"],
      registers,
    }),
    zonesRefused: new Gauge({
      name: "velib_refused_zone_files",
      help: "1 while the file of zones can't be used and the zones read before stay, else 0",
      registers,
    }),
    liveClients: new Gauge({
      name: "velib_live_clients",
      help: "Clients connected to the live stream",
      registers,
    }),
  };
}
