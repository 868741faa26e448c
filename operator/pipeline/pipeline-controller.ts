import type { Notifier } from "../notifications.ts";
import type { Watch } from "../runtime/controller.ts";
import type { EventRecorder } from "../runtime/event-recorder.ts";
import { keyOf, type LiveObject, type ObjectKey } from "../runtime/kube-object.ts";
import type { Manager } from "../runtime/manager.ts";
import type { StoreChange } from "../runtime/object-store.ts";
import { itself, notStatusAlone, referringKeys, watchServed, watchStore } from "../runtime/watch.ts";
import { kafkaKind, serviceAccountKind } from "./backbone/partner-kinds.ts";
import { pipelineCleanUp } from "./lifecycle/clean-up.ts";
import { type PipelineCaches, pipelineCaches } from "./pipeline-caches.ts";
import { pipelineObjects } from "./pipeline-objects.ts";
import { owningPipeline } from "./pipeline-owner.ts";
import { reconcilePipeline } from "./reconcile-pipeline.ts";
import { referencedContent } from "./referenced-content.ts";
import { httpJson } from "./reports/http-json.ts";
import { pipelineReports } from "./reports/pipeline-reports.ts";
import type { GetJson } from "./reports/process-answers.ts";
import { clusterAddresses, type ProcessAddresses } from "./reports/process-report.ts";
import { byConfigMap, byInstance, byKafkaCluster, bySecret } from "./stored-pipeline.ts";
import type { WorkloadSettings } from "./workloads/workload-settings.ts";

export interface PipelineControllerSettings {
  readonly manager: Manager;
  readonly events: EventRecorder;
  readonly notifier: Notifier;
  readonly workloads: WorkloadSettings;
  /** All namespaces without it. */
  readonly namespace?: string;
  /** How processes of pipelines are asked; by HTTP inside the cluster unless set. */
  readonly getJson?: GetJson;
  readonly addresses?: ProcessAddresses;
  /** Time between two rounds of questions to one pipeline, ms. */
  readonly reportIntervalMs?: number;
  readonly drainingIntervalMs?: number;
  /** How long pods may take to be ready before they are asked why they are not, ms. */
  readonly firstLookMs?: number;
  /** Of the clean-up of a deleted pipeline, ms. */
  readonly cleanUpDeadlineMs?: number;
}

/** Parts of the pipelines' controllers that others build on. */
export interface PipelineControllers {
  readonly caches: PipelineCaches;
}

/** Adds to the manager what makes VelibPipelines be so: the reconciler, and who asks their processes. */
export function addPipelineControllers(settings: PipelineControllerSettings): PipelineControllers {
  const { manager, events, notifier, namespace } = settings;
  const { api, discovery } = manager;
  const caches = pipelineCaches(manager, namespace);
  const content = referencedContent(api, caches);
  const reports = pipelineReports({
    api,
    caches,
    content,
    getJson: settings.getJson ?? httpJson(5_000),
    addresses: settings.addresses ?? clusterAddresses,
    intervalMs: settings.reportIntervalMs ?? 30_000,
    drainingIntervalMs: settings.drainingIntervalMs ?? 2_000,
    firstLookMs: settings.firstLookMs ?? 15_000,
    now: Date.now,
    random: Math.random,
  });
  const now = () => new Date();
  const deadlineMs = settings.cleanUpDeadlineMs ?? 600_000;
  const reconcile = reconcilePipeline({
    api,
    caches,
    content,
    reports,
    events,
    objects: pipelineObjects(api, caches),
    workloads: settings.workloads,
    cleanUp: pipelineCleanUp({ api, caches, events, deadlineMs, now }),
    now,
    notifier,
  });
  const suffix = namespace === undefined ? "" : `-${namespace}`;
  const itselfWatch = watchStore(caches.pipelines.store, itself, notStatusAlone);
  manager.add({
    name: `velibpipeline${suffix}`,
    reconcile,
    concurrency: 4,
    timeoutMs: 60_000,
    watches: [
      itselfWatch,
      ...caches.made.map(({ store }) => watchStore(store, owningPipeline, moreThanVersion)),
      ...referenceWatches(caches),
      watchServed(discovery, caches.optional, () => caches.pipelines.store.list().map(keyOf)),
      reports.news,
    ],
  });
  manager.add({
    name: `velibpipeline-reports${suffix}`,
    reconcile: reports.visit,
    concurrency: 16,
    timeoutMs: 20_000,
    watches: [itselfWatch, watchStore(caches.deployments.store, owningPipeline, moreThanVersion)],
  });
  return { caches };
}

/** Objects that pipelines name without owning them. */
function referenceWatches(caches: PipelineCaches): Watch[] {
  const { pipelines, secrets, configMaps, jobs, sparkRuns } = caches;
  const { store } = pipelines;
  const byIndex = (index: string) => referringKeys(store, index);
  const kafkas = caches.kept(kafkaKind);
  const accounts = caches.kept(serviceAccountKind);
  const runningPipeline = ({ metadata }: LiveObject): ObjectKey[] =>
    store.byIndex(byInstance, `${metadata.namespace}/${metadata.labels?.["app.kubernetes.io/instance"]}`).map(keyOf);
  const withMongodb = ({ metadata }: LiveObject): ObjectKey[] =>
    store
      .list()
      .filter(({ resource }) => resource?.spec.mongodb.community !== undefined)
      .map(keyOf)
      .filter(({ namespace }) => namespace === metadata.namespace);
  return [
    watchStore(secrets.store, byIndex(bySecret)),
    watchStore(configMaps.store, byIndex(byConfigMap)),
    ...(kafkas === null ? [] : [watchStore(kafkas.store, byIndex(byKafkaCluster), moreThanVersion)]),
    ...(accounts === null ? [] : [watchStore(accounts.store, withMongodb, comesOrGoes)]),
    ...[jobs, sparkRuns].map((runs) => watchStore(runs.store, runningPipeline, moreThanVersion)),
  ];
}

/** Others' accounts matter by being there. */
function comesOrGoes({ type, object }: StoreChange): boolean {
  return (type === "added" || type === "removed") && owningPipeline(object).length === 0;
}

/** Not a new version in which nothing that is kept is new, such as another's status. */
function moreThanVersion<T extends LiveObject>(change: StoreChange<T>): boolean {
  if (change.type !== "changed") return true;
  const kept = ({ metadata: { resourceVersion: _, ...metadata }, ...object }: T) => JSON.stringify([metadata, object]);
  return kept(change.object) !== kept(change.before);
}
