import { fieldManager } from "../pipeline/pipeline-names.ts";
import type { ApplyFailure } from "../runtime/apply-failure.ts";
import { failureOf, notOurs, terminating } from "../runtime/apply-failure.ts";
import type { KubeApi } from "../runtime/kube-api.ts";
import { isConflict } from "../runtime/kube-api-error.ts";
import {
  controllerOf,
  isTerminating,
  type KubeObject,
  type LiveObject,
  ownerReferenceTo,
} from "../runtime/kube-object.ts";
import type { KeptKind } from "../runtime/manager.ts";
import { type ReadResult, resultOfRun } from "./run-result.ts";
import { jobKind, podKind } from "./training-caches.ts";
import type { RunEnd, TrainingRun } from "./training-run.ts";

/** The Jobs of trainings as they are written and read. */
export interface TrainingJobs {
  /** Makes a Job, once: its name says what it is for, so that one that is there already is the same. */
  begin(owner: LiveObject, job: KubeObject, signal: AbortSignal): Promise<"begun" | "there" | ApplyFailure>;
  /** Asks a running Job to go; it is there until its pods are gone. False when it was gone. */
  end(owner: LiveObject, run: TrainingRun, signal: AbortSignal): Promise<boolean>;
  /** Removes a Job that ended, with its pods. */
  remove(owner: LiveObject, run: TrainingRun, signal: AbortSignal): Promise<boolean>;
  /** What a run that ended came to. */
  read(owner: LiveObject, run: TrainingRun & { end: RunEnd }, signal: AbortSignal): Promise<ReadResult>;
}

export function trainingJobs(api: KubeApi, { observe }: Pick<KeptKind<LiveObject>, "observe">): TrainingJobs {
  const keyOf = ({ metadata }: LiveObject, name: string) => ({ namespace: metadata.namespace ?? "", name });

  async function remove(owner: LiveObject, run: TrainingRun, signal: AbortSignal, isRunning: boolean) {
    const propagation = isRunning ? "Foreground" : "Background";
    try {
      return await api.delete(jobKind, keyOf(owner, run.name), { uid: run.uid, propagation, signal });
    } catch (error) {
      // another Job of that name by now
      if (isConflict(error)) return false;
      throw error;
    }
  }

  return {
    async begin(owner, job, signal) {
      const { metadata } = job;
      const key = keyOf(owner, metadata.name);
      const object = {
        ...job,
        metadata: { ...metadata, namespace: key.namespace, ownerReferences: [ownerReferenceTo(owner)] },
      };
      try {
        observe(await api.create(jobKind, object, { fieldManager, signal }));
        return "begun";
      } catch (error) {
        if (!isConflict(error)) return failureOf(error, jobKind, key);
      }
      const live = await api.get(jobKind, key, { signal });
      if (live === null || isTerminating(live)) return terminating(jobKind, key);
      if (controllerOf(live)?.uid !== owner.metadata.uid) return notOurs(jobKind, key, "someone else");
      observe(live);
      return "there";
    },
    end: (owner, run, signal) => remove(owner, run, signal, true),
    remove: (owner, run, signal) => remove(owner, run, signal, false),
    async read(owner, run, signal) {
      const { namespace } = keyOf(owner, run.name);
      const labelSelector = `batch.kubernetes.io/job-name=${run.name}`;
      const { items } = await api.list(podKind, { namespace, labelSelector, signal });
      const own = items.filter((pod) => controllerOf(pod)?.uid === run.uid);
      return resultOfRun(run, own);
    },
  };
}
