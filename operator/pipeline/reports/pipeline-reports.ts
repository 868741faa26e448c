import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { conditionOf } from "../../runtime/conditions.ts";
import type { ReconcileResult, Watch } from "../../runtime/controller.ts";
import type { KubeApi } from "../../runtime/kube-api.ts";
import { isTerminating, keyOf, keyText, type ObjectKey } from "../../runtime/kube-object.ts";
import { namespaceOf } from "../backbone/backbone-names.ts";
import { consumersAmong, deploymentsOf, ofComponent, unreadyComponents } from "../component-deployments.ts";
import { type Advice, type Adviser, createAdviser, lagSample } from "../lifecycle/scaling-advice.ts";
import type { PipelineCaches } from "../pipeline-caches.ts";
import type { ReferencedContent } from "../referenced-content.ts";
import { lastingLag, TIME_STEP_MS, twoDigits } from "../status/report-status.ts";
import { currentConditions } from "../status/written-status.ts";
import type { StoredPipeline } from "../stored-pipeline.ts";
import type { StoredDeployment } from "../trimmed-objects.ts";
import { workloadReferenceNames } from "../workloads/watched-references.ts";
import { causeWatch } from "./cause-watch.ts";
import { podCauses } from "./pod-causes.ts";
import type { GetJson } from "./process-answers.ts";
import { askProcesses, type ProcessAddresses, type ProcessReport, type ReportQuestions } from "./process-report.ts";

/** What the pipelines' own processes say, asked for in turn and kept for the reconciler. */
export interface PipelineReports {
  /** The newest reports of a pipeline, oldest first; empty before the first. */
  of(key: ObjectKey): readonly ProcessReport[];
  /** Why pods are not ready, by component; those for which nothing is known are left out. */
  causes(key: ObjectKey): ReadonlyMap<string, string>;
  /** How many aggregators would work off the backlog in time; null: not asked for, or nothing is known yet. */
  advice(key: ObjectKey): Advice | null;
  /** One visit: asks the processes of a pipeline. */
  visit(key: ObjectKey, signal: AbortSignal): Promise<ReconcileResult>;
  /** Keys of pipelines whose processes were asked. */
  readonly news: Watch;
}

export interface ReportSettings {
  readonly api: KubeApi;
  readonly caches: PipelineCaches;
  readonly content: ReferencedContent;
  readonly getJson: GetJson;
  readonly addresses: ProcessAddresses;
  /** Time between two rounds of questions to one pipeline, ms. */
  readonly intervalMs: number;
  /** The same while its end is waited for. */
  readonly drainingIntervalMs: number;
  /** For how long pods may be on their way to readiness before they are asked why they are not, ms. */
  readonly firstLookMs: number;
  readonly now: () => number;
  readonly random: () => number;
}

/** Kept of a pipeline: a lag is told when it lasted over all of them. */
const KEPT_REPORTS = 3;

export function pipelineReports(settings: ReportSettings): PipelineReports {
  const { caches, content, intervalMs, drainingIntervalMs, random } = settings;
  const causes = causeWatch({
    ...settings,
    look: (pipeline, components, signal) => podCauses(settings, pipeline, components, signal),
  });
  const reports = new Map<string, readonly ProcessReport[]>();
  /** What the reconciler was last woken for. */
  const told = new Map<string, string>();
  const advisers = new Map<string, Adviser>();
  const listeners = new Set<(key: ObjectKey) => void>();

  async function visit(key: ObjectKey, signal: AbortSignal): Promise<ReconcileResult> {
    const stored = caches.pipelines.store.get(key);
    if (stored === null || stored.resource === null || isTerminating(stored)) {
      reports.delete(keyText(key));
      advisers.delete(keyText(key));
      told.delete(keyText(key));
      causes.forget(key);
      return {};
    }
    const pipeline = stored.resource;
    const unready = unreadyComponents(deploymentsOf(caches, stored));
    const nextLookMs = await causes.visit(key, pipeline, unready, signal);
    const nextReportMs = await report(stored, pipeline, signal);
    tellNews(key, isStopping(stored));
    const waits = [nextLookMs, nextReportMs].filter((each) => each !== null);
    return waits.length === 0 ? {} : { requeueAfterMs: Math.min(...waits) };
  }

  /** Null: there is nobody to ask; the events of the Deployments bring the visit back. */
  async function report(stored: StoredPipeline, pipeline: VelibPipeline, signal: AbortSignal): Promise<number | null> {
    const key = keyOf(stored);
    const questions = questionsFor(stored, deploymentsOf(caches, stored));
    if (!questions.askApi && !questions.stopping && questions.consumers.length === 0) return null;
    const names = { secrets: workloadReferenceNames(pipeline).secrets, configMaps: [] };
    const observed = await content.observe(namespaceOf(pipeline), names, signal);
    const answers = await askProcesses(settings, pipeline, observed, questions, signal);
    const before = reports.get(keyText(key)) ?? [];
    reports.set(keyText(key), [...before, answers].slice(-KEPT_REPORTS));
    advise(key, pipeline, answers);
    return (questions.stopping ? drainingIntervalMs : intervalMs) * (0.9 + random() / 5);
  }

  /** Wakes the reconciler when what it would write has turned. */
  function tellNews(key: ObjectKey, stopping: boolean): void {
    const kept = reports.get(keyText(key)) ?? [];
    const { replicas, reason } = advisers.get(keyText(key))?.advice ?? {};
    const parts = [...causes.of(key), ...(kept.length === 0 ? [] : [newsIn(kept, stopping), replicas, reason])];
    const news = parts.length === 0 ? "" : JSON.stringify(parts);
    if ((told.get(keyText(key)) ?? "") !== news) for (const tell of listeners) tell(key);
    told.set(keyText(key), news);
  }

  function advise(key: ObjectKey, pipeline: VelibPipeline, report: ProcessReport): void {
    const sample = lagSample(pipeline, report);
    if (pipeline.spec.aggregation.autoscaling === undefined || pipeline.spec.suspend) advisers.delete(keyText(key));
    else if (sample !== null) {
      const adviser = advisers.get(keyText(key)) ?? createAdviser();
      advisers.set(keyText(key), adviser);
      adviser.take(sample, pipeline.spec.aggregation.autoscaling);
    }
  }

  return {
    causes: (key) => causes.of(key),
    advice: (key) => advisers.get(keyText(key))?.advice ?? null,
    of: (key) => reports.get(keyText(key)) ?? [],
    visit,
    news: {
      synced: () => true,
      subscribe(enqueue) {
        listeners.add(enqueue);
        return () => listeners.delete(enqueue);
      },
    },
  };
}

/**
 * What of the reports can change a status or a decision. A visit for each report would also try again, each time, what
 * was refused.
 */
function newsIn(reports: readonly ProcessReport[], stopping: boolean): string {
  const last = reports.at(-1);
  const sources = last?.sources?.map(({ name, stations, last_poll_at, ended, freshness }) => [
    name,
    stations,
    Math.floor(Date.parse(last_poll_at ?? "") / TIME_STEP_MS),
    ended,
    freshness,
  ]);
  const letters = [...(last?.deadLetters ?? [])].map(([reason, count]) => [reason, twoDigits(count)]);
  const lag = lastingLag(reports);
  const backlogs = stopping ? [...(last?.backlogs ?? [])] : [];
  const isAnswered = [last?.sources !== null, last?.deadLetters !== null];
  return JSON.stringify([
    sources,
    letters,
    lag === null ? null : twoDigits(lag),
    last?.producersGone,
    backlogs,
    isAnswered,
  ]);
}

/** It is suspended and what was sent is not worked off yet. */
function isStopping(stored: StoredPipeline): boolean {
  const drained = conditionOf(currentConditions(stored), "Drained")?.status === "True";
  return stored.resource?.spec.suspend === true && !drained;
}

function questionsFor(stored: StoredPipeline, deployments: readonly StoredDeployment[]): ReportQuestions {
  const hasReady = (component: string) =>
    ofComponent(deployments, component).some(({ status }) => (status?.readyReplicas ?? 0) > 0);
  const stopping = isStopping(stored);
  const consumers = consumersAmong(deployments);
  return {
    askApi: hasReady("api"),
    // one that is not ready, as its database is away, can still tell how much is left
    consumers: stopping ? consumers : consumers.filter(hasReady),
    stopping,
    readers: ofComponent(deployments, "aggregator").reduce((sum, { status }) => sum + (status?.readyReplicas ?? 0), 0),
  };
}
