import type { ModelTraining } from "../api/model-training.ts";
import { annotations, modelTrainingType } from "../api/resource-names.ts";
import type { ModelTrainingStatus, TrainingResult } from "../api/training-status.ts";
import type { Notifier } from "../notifications.ts";
import { backboneSecretNames } from "../pipeline/backbone/watched-secrets.ts";
import type { PipelineCaches } from "../pipeline/pipeline-caches.ts";
import { fieldManager } from "../pipeline/pipeline-names.ts";
import type { ReferencedContent } from "../pipeline/referenced-content.ts";
import type { WorkloadSettings } from "../pipeline/workloads/workload-settings.ts";
import { type ApplyFailure, needsEdit } from "../runtime/apply-failure.ts";
import type { ApplySet } from "../runtime/apply-set.ts";
import { type Reconcile, TerminalError } from "../runtime/controller.ts";
import type { EventRecorder } from "../runtime/event-recorder.ts";
import type { KubeApi } from "../runtime/kube-api.ts";
import { isTerminating, type LiveObject } from "../runtime/kube-object.ts";
import { environmentReferences } from "./environment-references.ts";
import { expiredRuns, planRuns, type RunPlan } from "./run-plan.ts";
import { type StoredTraining, statusOf } from "./stored-training.ts";
import { byTraining, type TrainingCaches } from "./training-caches.ts";
import { noticeOf, recordBegin, recordResult, recordSuperseded } from "./training-events.ts";
import { pipelineOf, type TrainingHeld, type TrainingInputs, trainingInputs } from "./training-inputs.ts";
import { trainingJobs } from "./training-jobs.ts";
import { trainingJob, trainingObjects } from "./training-objects.ts";
import { recordIn, type TrainingRecord, unreadRuns, withResults } from "./training-results.ts";
import { runsOf, type TrainingRun } from "./training-run.ts";
import { invalidStatus, isSameStatus, pausedStatus, trainingStatus } from "./training-status.ts";

export interface TrainingReconcilerSettings {
  /** Fenced. */
  readonly api: KubeApi;
  readonly caches: TrainingCaches;
  readonly pipelines: Pick<PipelineCaches, "pipelines">;
  readonly content: ReferencedContent;
  readonly objects: ApplySet;
  readonly events: EventRecorder;
  readonly notifier: Notifier;
  readonly workloads: WorkloadSettings;
  readonly now: () => Date;
}

type Readable = ModelTraining & LiveObject;

/**
 * One visit to a training: results of runs that ended are read, the objects are applied, a run that is due is begun, the
 * status follows, and only then do Jobs go whose results it holds.
 */
export function reconcileTraining(settings: TrainingReconcilerSettings): Reconcile {
  const { api, caches, pipelines, content, objects, events, notifier } = settings;
  const jobs = trainingJobs(api, caches.jobs);

  function storedPipeline({ metadata, spec }: Readable) {
    return pipelines.pipelines.store.get({ namespace: metadata.namespace ?? "", name: spec.pipelineRef.name });
  }

  function tell(training: Readable, result: TrainingResult): void {
    recordResult(events, training, result);
    const notice = noticeOf(result);
    const to = storedPipeline(training)?.resource?.spec.notifications;
    if (notice !== null) notifier.tell(training, to, notice);
  }

  async function inputsOf(training: Readable, signal: AbortSignal): Promise<TrainingInputs | TrainingHeld> {
    const { namespace = "" } = training.metadata;
    const referred = pipelineOf(training, storedPipeline(training));
    if ("reason" in referred) return referred;
    const { pipeline } = referred;
    const { secrets, configMaps } = environmentReferences(training);
    const names = {
      secrets: [...new Set([...backboneSecretNames(pipeline), ...secrets.map(({ secretName }) => secretName)])],
      configMaps: configMaps.map(({ name }) => name),
    };
    const observed = await content.observe(namespace, names, signal);
    return trainingInputs(training, pipeline, observed);
  }

  /** Applies what is wanted. With the pipeline go the objects; while something is missing they stay as they are. */
  async function apply(
    training: Readable,
    inputs: TrainingInputs | TrainingHeld,
    isAtWork: boolean,
    signal: AbortSignal,
  ): Promise<readonly ApplyFailure[]> {
    if (!("reason" in inputs)) {
      const desired = trainingObjects(training, inputs, settings.workloads, isAtWork);
      return (await objects.apply(training, desired, signal)).failures;
    }
    const isGone = inputs.reason === "PipelineMissing" || inputs.reason === "PipelineTerminating";
    return isGone ? (await objects.apply(training, [], signal)).failures : [];
  }

  /** Ends what is in the way and begins what is due. */
  async function begin(
    training: Readable,
    inputs: TrainingInputs,
    plan: RunPlan,
    signal: AbortSignal,
  ): Promise<readonly ApplyFailure[]> {
    for (const run of plan.superseded) {
      if (await jobs.end(training, run, signal)) recordSuperseded(events, training, run.name);
    }
    if (plan.due === null || plan.isBlocked) return [];
    const made = await jobs.begin(training, trainingJob(plan.due, training, inputs, settings.workloads), signal);
    if (made === "begun") recordBegin(events, training, plan.due);
    return typeof made === "string" ? [] : [made];
  }

  async function writeStatus(stored: StoredTraining, status: ModelTrainingStatus, signal: AbortSignal): Promise<void> {
    if (isSameStatus(statusOf(stored), status)) return;
    const { name, namespace, uid, resourceVersion } = stored.metadata;
    const { apiVersion, kind } = modelTrainingType;
    // with the version that was read: results that an older status has not seen must not be lost
    const object = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, status };
    caches.trainings.observe(await api.applyStatus(modelTrainingType, object, { fieldManager, signal }));
  }

  async function visit(stored: StoredTraining, training: Readable, signal: AbortSignal): Promise<void> {
    const { namespace = "", name } = training.metadata;
    const runsNow = (): TrainingRun[] =>
      runsOf(training, caches.jobs.store.byIndex(byTraining, `${namespace}/${name}`));

    const before = recordIn(statusOf(stored));
    const unread = unreadRuns(runsNow(), before);
    const read = await Promise.all(unread.map((run) => jobs.read(training, run, signal)));
    const record: TrainingRecord = withResults(before, read);

    const inputs = await inputsOf(training, signal);
    const held = "reason" in inputs ? inputs : null;
    const plan = planRuns(training, runsNow(), record.history);
    const isAtWork = plan.due !== null || runsNow().some(({ end, specHash }) => end === null && specHash !== null);
    const failures = [...(await apply(training, inputs, isAtWork, signal))];
    if (!("reason" in inputs) && failures.length === 0) failures.push(...(await begin(training, inputs, plan, signal)));

    const runs = runsNow();
    const view = { training, held, failures, plan, runs, record };
    await writeStatus(stored, trainingStatus(stored, view, settings.now()), signal);
    for (const { result } of read) tell(training, result);
    for (const run of expiredRuns(training, runs, record)) await jobs.remove(training, run, signal);
    giveUpOrRetry(failures);
  }

  return async (key, signal) => {
    const stored = caches.trainings.store.get(key);
    // what was made for it goes with it, by its owner references
    if (stored === null || isTerminating(stored)) return {};
    const { resource } = stored;
    if (resource === null) {
      await writeStatus(stored, invalidStatus(stored, settings.now()), signal);
      throw new TerminalError(stored.problem ?? "the resource can't be read");
    }
    if (stored.metadata.annotations?.[annotations.pauseReconciliation] === "true") {
      await writeStatus(stored, pausedStatus(stored, settings.now()), signal);
      return {};
    }
    await visit(stored, { ...resource, metadata: stored.metadata }, signal);
    return {};
  };
}

/** Ends the visit of a training of which something could not be written. @throws when anything failed */
function giveUpOrRetry(failures: readonly ApplyFailure[]): void {
  const [failure] = failures;
  if (failure === undefined) return;
  if (failures.every(needsEdit)) throw new TerminalError(failure.message);
  throw failure.error ?? new Error(failure.message);
}
