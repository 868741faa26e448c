import { durationMs } from "../../../core/time/duration.ts";
import type { Batch } from "../../api/processing.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { batchClaim, batchConfigKey, batchFolder, batchVolume } from "./batch-files.ts";
import { type ComponentObjects, configMap, podInputs, type WorkloadContext } from "./component-parts.ts";
import { fileGroup, podTemplate, ports } from "./pod-template.ts";
import { sparkBatch } from "./spark-batch.ts";
import { workloadLabels, workloadNames } from "./workload-names.ts";

/**
 * The day's files by a CronJob, or on Spark by a ScheduledSparkApplication; none where the spec asks for none. No runs
 * are started while the pipeline is suspended.
 */
export function batchRuns(context: WorkloadContext): ComponentObjects {
  const { pipeline, activity } = context;
  const { batch } = pipeline.spec;
  if (batch === undefined) return { objects: [] };
  const inputs = podInputs(context, "batch", null);
  if ("reason" in inputs) return inputs;

  const suspend = batch.suspend || !activity.consuming;
  const objects = [configMap(pipeline, "batch", { [batchConfigKey]: inputs.config }), ...batchVolume(pipeline, batch)];
  if (batch.spark !== undefined) {
    return { objects: [...objects, sparkBatch(pipeline, batch, batch.spark, inputs, suspend)] };
  }
  return { objects: [...objects, cronJob(context, batch, inputs, suspend)] };
}

/**
 * A run is repeated twice when it fails, but not when it was configured wrongly: then `velib` ends with 2, and it would
 * again (https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy).
 */
function cronJob(
  { pipeline, settings }: WorkloadContext,
  batch: Batch,
  inputs: Pick<Parameters<typeof podTemplate>[1], "config" | "references">,
  suspend: boolean,
): KubeObject {
  const name = workloadNames(pipeline).of("batch");
  const parts = {
    ...inputs,
    component: "batch",
    args: ["batch", "--out", batchFolder],
    files: {
      config: { configMapName: name, key: batchConfigKey },
      claims: [{ claimName: batchClaim(pipeline, batch), path: batchFolder, readOnly: false }],
      scratch: "1Gi",
    },
    pod: {
      restartPolicy: "Never",
      securityContext: { fsGroup: fileGroup, fsGroupChangePolicy: "OnRootMismatch" },
    },
    container: { ports },
  } as const;
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name, labels: workloadLabels(pipeline, "batch") },
    spec: {
      schedule: batch.schedule,
      timeZone: batch.timeZone,
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: seconds(batch.startingDeadline),
      successfulJobsHistoryLimit: batch.historyLimits.successful,
      failedJobsHistoryLimit: batch.historyLimits.failed,
      suspend,
      jobTemplate: {
        metadata: { labels: workloadLabels(pipeline, "batch") },
        spec: {
          backoffLimit: 2,
          activeDeadlineSeconds: seconds(batch.timeout),
          podFailurePolicy: {
            rules: [
              { action: "FailJob", onExitCodes: { containerName: "batch", operator: "In", values: [2] } },
              { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
            ],
          },
          template: podTemplate(pipeline, parts, settings),
        },
      },
    },
  };
}

/** Kubernetes' deadlines are whole seconds, at least one. */
function seconds(duration: string): number {
  return Math.max(1, Math.ceil(durationMs(duration) / 1000));
}
