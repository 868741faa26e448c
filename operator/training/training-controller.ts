import { modelTrainingType } from "../api/resource-names.ts";
import type { Notifier } from "../notifications.ts";
import { secretKind } from "../pipeline/backbone/partner-kinds.ts";
import type { PipelineCaches } from "../pipeline/pipeline-caches.ts";
import { fieldManager, labelPrefix } from "../pipeline/pipeline-names.ts";
import { referencedContent } from "../pipeline/referenced-content.ts";
import { bySecret as pipelinesBySecret } from "../pipeline/stored-pipeline.ts";
import { configMapKind } from "../pipeline/workloads/references.ts";
import type { WorkloadSettings } from "../pipeline/workloads/workload-settings.ts";
import { createApplySet } from "../runtime/apply-set.ts";
import type { ControllerSettings, Watch } from "../runtime/controller.ts";
import type { EventRecorder } from "../runtime/event-recorder.ts";
import { keyOf, type LiveObject, type ObjectKey, type ResourceType } from "../runtime/kube-object.ts";
import type { KeptKind, Manager } from "../runtime/manager.ts";
import { createOwnerCheck } from "../runtime/owner-check.ts";
import { itself, notStatusAlone, owningKey, referringKeys, watchStore } from "../runtime/watch.ts";
import { pipelineConditions } from "./pipeline-conditions.ts";
import { reconcileTraining } from "./reconcile-training.ts";
import { byConfigMap, byPipeline, bySecret } from "./stored-training.ts";
import { appliedKinds, trainingCaches } from "./training-caches.ts";
import { trainingNameOf } from "./training-run.ts";

export interface TrainingControllerSettings {
  readonly manager: Manager;
  /** Those of the pipelines: trainings read what they are made of, and their own objects are kept there. */
  readonly pipelines: PipelineCaches;
  readonly events: EventRecorder;
  readonly notifier: Notifier;
  readonly workloads: WorkloadSettings;
  /** All namespaces without it. */
  readonly namespace?: string;
}

/** Trainings worked on at the same time, and how long one may take. */
const concurrency = 4;
const timeoutMs = 60_000;

/** The controller of ModelTrainings, for `Manager.add`, with the copies that it keeps. */
export function trainingController(settings: TrainingControllerSettings): ControllerSettings {
  const { manager, pipelines, events, notifier, workloads, namespace } = settings;
  const caches = trainingCaches(manager, namespace);
  const { trainings, jobs } = caches;
  const applied = appliedKinds.map((type) => kept(pipelines, type));
  const objects = createApplySet({
    api: manager.api,
    ownerIsAlive: createOwnerCheck(manager.api, modelTrainingType),
    kinds: applied,
    fieldManager,
    prefix: labelPrefix,
    setName: "training",
  });
  const ofPipeline = referringKeys(trainings.store, byPipeline);
  const direct = referringKeys(trainings.store, bySecret);
  const throughPipelines = (secret: LiveObject): ObjectKey[] =>
    pipelines.pipelines.store
      .byIndex(pipelinesBySecret, `${secret.metadata.namespace}/${secret.metadata.name}`)
      .flatMap(ofPipeline);
  const watches: Watch[] = [
    watchStore(trainings.store, itself, notStatusAlone),
    watchStore(
      pipelines.pipelines.store,
      ofPipeline,
      (change) =>
        notStatusAlone(change) ||
        (change.type === "changed" && pipelineConditions(change.before) !== pipelineConditions(change.object)),
    ),
    watchStore(jobs.store, ofTraining),
    watchStore(kept(pipelines, secretKind).store, (secret) => [...direct(secret), ...throughPipelines(secret)]),
    watchStore(kept(pipelines, configMapKind).store, referringKeys(trainings.store, byConfigMap)),
    ...applied.map(({ store }) => watchStore(store, owningKey(modelTrainingType))),
  ];
  return {
    name: `modeltraining${namespace === undefined ? "" : `-${namespace}`}`,
    reconcile: reconcileTraining({
      api: manager.api,
      caches,
      pipelines,
      content: referencedContent(manager.api, pipelines),
      objects,
      events,
      notifier,
      workloads,
      now: () => new Date(),
    }),
    watches,
    concurrency,
    timeoutMs,
  };
}

function kept(pipelines: PipelineCaches, type: ResourceType): KeptKind<LiveObject> {
  const found = pipelines.kept(type);
  if (found === null) throw new TypeError(`${type.kind} is not among the kinds that the pipelines' caches keep`);
  return found;
}

function ofTraining(job: LiveObject): ObjectKey[] {
  const name = trainingNameOf(job);
  return name === null ? [] : [{ ...keyOf(job), name }];
}
