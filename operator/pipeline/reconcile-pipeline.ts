import { annotations } from "../api/resource-names.ts";
import type { VelibPipeline } from "../api/velib-pipeline.ts";
import type { Notifier } from "../notifications.ts";
import { type ApplyFailure, needsEdit } from "../runtime/apply-failure.ts";
import { type Reconcile, type ReconcileResult, TerminalError } from "../runtime/controller.ts";
import type { EventRecorder } from "../runtime/event-recorder.ts";
import type { KubeApi } from "../runtime/kube-api.ts";
import { isTerminating, keyOf } from "../runtime/kube-object.ts";
import { BY_OWNER } from "../runtime/owned-object.ts";
import type { Applied } from "./applied.ts";
import { instanceLabel, namespaceOf } from "./backbone/backbone-names.ts";
import { planBackbone } from "./backbone/backbone-plan.ts";
import type { ObservedObjects } from "./backbone/observed-objects.ts";
import { backboneSecretNames } from "./backbone/watched-secrets.ts";
import { deploymentsOf } from "./component-deployments.ts";
import type { CleanUp } from "./lifecycle/clean-up.ts";
import { activityIn, type DrainPhase } from "./lifecycle/drain.ts";
import { drainOf } from "./lifecycle/drain-view.ts";
import { handOverReplicas } from "./lifecycle/replica-hand-over.ts";
import type { PipelineCaches } from "./pipeline-caches.ts";
import { newPassword, type PipelineObjects, type PipelineSet } from "./pipeline-objects.ts";
import type { ReferencedContent } from "./referenced-content.ts";
import type { PipelineReports } from "./reports/pipeline-reports.ts";
import { foundStatus } from "./status/found-status.ts";
import { recordRolls } from "./status/roll-events.ts";
import { invalidStatus, pausedStatus } from "./status/special-status.ts";
import { transitionsBetween } from "./status/transitions.ts";
import { nextStatus, writeStatus } from "./status/written-status.ts";
import { byInstance, type StoredPipeline, statusOf } from "./stored-pipeline.ts";
import { restartsBetween } from "./workloads/restarts.ts";
import { workloadReferenceNames } from "./workloads/watched-references.ts";
import type { WorkloadSettings } from "./workloads/workload-settings.ts";
import { workloads } from "./workloads/workloads.ts";

export interface PipelineReconcilerSettings {
  /** Fenced. */
  readonly api: KubeApi;
  readonly caches: PipelineCaches;
  readonly content: ReferencedContent;
  readonly objects: PipelineObjects;
  readonly reports: PipelineReports;
  readonly events: EventRecorder;
  readonly workloads: WorkloadSettings;
  /** Clean-up before a pipeline with deletionPolicy Delete goes. */
  readonly cleanUp: CleanUp;
  readonly now: () => Date;
  readonly notifier: Notifier;
}

/**
 * One visit to a pipeline: what is there is gathered from the caches, what is to be is decided by pure functions, the
 * objects are applied, and the status follows, written only where it differs.
 */
export function reconcilePipeline(settings: PipelineReconcilerSettings): Reconcile {
  const { api, caches, content, objects, reports, events, notifier } = settings;

  async function status(stored: StoredPipeline, next: ReturnType<typeof nextStatus>, signal: AbortSignal) {
    const isWritten = await writeStatus(api, caches, stored, next, signal);
    if (!isWritten) return;
    for (const { reason, type, note, notice } of transitionsBetween(statusOf(stored), next)) {
      events.record(stored, { type, reason, note, action: "Reconcile" });
      if (notice !== null) notifier.tell(stored, stored.resource?.spec.notifications, { ...notice, message: note });
    }
  }

  async function observe(pipeline: VelibPipeline, signal: AbortSignal): Promise<ObservedObjects> {
    const { secrets, configMaps } = workloadReferenceNames(pipeline);
    const names = { secrets: [...new Set([...backboneSecretNames(pipeline), ...secrets])], configMaps };
    return content.observe(namespaceOf(pipeline), names, signal);
  }

  async function apply(
    stored: StoredPipeline,
    pipeline: VelibPipeline,
    drain: DrainPhase,
    signal: AbortSignal,
  ): Promise<Applied> {
    const observed = await observe(pipeline, signal);
    const plan = planBackbone(pipeline, observed, newPassword);
    const activity = activityIn(drain);
    const made = workloads({
      pipeline,
      connections: plan.connections,
      observed,
      activity,
      settings: settings.workloads,
    });
    const failures = new Map<PipelineSet, readonly ApplyFailure[]>();
    await objects.create(stored, plan.created, signal);
    failures.set("backbone", (await objects.apply(stored, "backbone", plan.objects, signal)).failures);
    for (const [set, wanted] of made.sets) {
      const desired = wanted.map(({ object }) => object);
      const running = deploymentsOf(caches, stored);
      const isNamed = new Set(desired.map(({ metadata }) => metadata.name));
      const restarts = restartsBetween(
        running.filter(({ metadata }) => isNamed.has(metadata.name)),
        desired,
      );
      await handOverReplicas(api, caches, running, desired, pipeline, signal);
      const outcome = await objects.apply(stored, set, wanted, signal);
      failures.set(set, outcome.failures);
      recordRolls(events, stored, restarts, outcome.changes);
    }
    return { plan, made, failures };
  }

  async function visit(stored: StoredPipeline, pipeline: VelibPipeline, signal: AbortSignal): Promise<ReconcileResult> {
    const drain = drainOf(stored, pipeline, deploymentsOf(caches, stored), reports.of(keyOf(stored)));
    const applied = await apply(stored, pipeline, drain, signal);
    const found = foundStatus({
      stored,
      pipeline,
      applied,
      drain,
      deployments: deploymentsOf(caches, stored),
      runs: [caches.jobs, caches.sparkRuns].flatMap(({ store }) =>
        store.byIndex(byInstance, `${namespaceOf(pipeline)}/${instanceLabel(pipeline)}`),
      ),
      reported: caches.reporting.flatMap(({ store }) => store.byIndex(BY_OWNER, stored.metadata.uid)),
      reports: reports.of(keyOf(stored)),
      podCauses: reports.causes(keyOf(stored)),
      advice: reports.advice(keyOf(stored)),
      now: settings.now(),
    });
    await status(stored, nextStatus(stored, found, settings.now()), signal);
    giveUpOrRetry([...applied.failures.values()].flat());
    // the consumers stop once the status says that all was worked off
    return drain.phase === "WorkedOff" ? { requeueAfterMs: 1 } : {};
  }

  return async (key, signal) => {
    const stored = caches.pipelines.store.get(key);
    if (stored === null) return {};
    const { resource: pipeline } = stored;
    if (isTerminating(stored)) return settings.cleanUp.visit(stored, signal);
    if (pipeline === null) {
      await status(stored, invalidStatus(stored, settings.now()), signal);
      throw new TerminalError(stored.problem ?? "the resource can't be read");
    }
    if (stored.metadata.annotations?.[annotations.pauseReconciliation] === "true") {
      await status(stored, pausedStatus(stored, settings.now()), signal);
      return {};
    }
    if (await settings.cleanUp.keepFinalizer(stored, pipeline, signal)) return {};
    return visit(stored, pipeline, signal);
  };
}

/** Ends the visit of a pipeline of which something could not be written. @throws when anything failed */
function giveUpOrRetry(failures: readonly ApplyFailure[]): void {
  const [first] = failures;
  if (first === undefined) return;
  if (failures.every(needsEdit)) throw new TerminalError(first.message);
  throw first.error ?? new Error(first.message);
}
