import { durationMs } from "../../core/time/duration.ts";
import type { ModelTraining } from "../api/model-training.ts";
import type { WorkloadSettings } from "../pipeline/workloads/workload-settings.ts";
import type { KubeObject } from "../runtime/kube-object.ts";
import type { TrainingInputs } from "./training-inputs.ts";
import { trainingComponent, trainingLabels, trainingNames } from "./training-names.ts";
import { trainingNetworkPolicy } from "./training-network-policy.ts";
import { trainingConfigKey, trainingPodTemplate } from "./training-pod.ts";

/**
 * What is applied, and pruned, for a training: all but the Jobs, of which each is written once.
 * @param isAtWork a run that the operator itself began goes on, or is about to begin: the CronJob begins none meanwhile
 */
export function trainingObjects(
  training: ModelTraining,
  inputs: TrainingInputs,
  settings: WorkloadSettings,
  isAtWork: boolean,
): KubeObject[] {
  const labels = trainingLabels(training, inputs.pipeline);
  const { shared } = trainingNames(training);
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: shared, labels },
      data: { [trainingConfigKey]: inputs.config.text },
    },
    ...trainingNetworkPolicy(training, inputs, settings),
    ...cronJob(training, inputs, settings, isAtWork),
  ];
}

/** The Job of one run that the operator itself begins. */
export function trainingJob(
  name: string,
  training: ModelTraining,
  inputs: TrainingInputs,
  settings: WorkloadSettings,
): KubeObject {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, labels: trainingLabels(training, inputs.pipeline) },
    spec: jobSpec(training, inputs, settings),
  };
}

function cronJob(
  training: ModelTraining,
  inputs: TrainingInputs,
  settings: WorkloadSettings,
  isAtWork: boolean,
): KubeObject[] {
  const { schedule, timeZone, startingDeadline, historyLimits, suspend } = training.spec;
  if (schedule === undefined) return [];
  const labels = trainingLabels(training, inputs.pipeline);
  return [
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: trainingNames(training).cronJob, labels },
      spec: {
        schedule,
        timeZone,
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: seconds(startingDeadline),
        // with none kept, a Job would go before its result was read: the last of each goes by the operator's hand
        successfulJobsHistoryLimit: Math.max(1, historyLimits.successful),
        failedJobsHistoryLimit: Math.max(1, historyLimits.failed),
        suspend: suspend || isAtWork,
        jobTemplate: { metadata: { labels }, spec: jobSpec(training, inputs, settings) },
      },
    },
  ];
}

/**
 * A run is repeated twice when it breaks off, but not when it was called wrongly: then `velib` ends with 2, and it would
 * again (https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy).
 */
function jobSpec(training: ModelTraining, inputs: TrainingInputs, settings: WorkloadSettings): Record<string, unknown> {
  return {
    backoffLimit: 2,
    activeDeadlineSeconds: seconds(training.spec.timeout),
    podFailurePolicy: {
      rules: [
        { action: "FailJob", onExitCodes: { containerName: trainingComponent, operator: "In", values: [2] } },
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
      ],
    },
    template: trainingPodTemplate(training, inputs, settings),
  };
}

/** Kubernetes' deadlines are whole seconds, at least one. */
function seconds(duration: string): number {
  return Math.max(1, Math.ceil(durationMs(duration) / 1000));
}
