import type { Batch } from "../../api/processing.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { secretsFolder } from "../connections.ts";
import { batchClaim, batchConfigKey, batchFolder } from "./batch-files.ts";
import type { PodInputs } from "./component-parts.ts";
import { fileGroup } from "./pod-template.ts";
import { workloadLabels, workloadNames } from "./workload-names.ts";

/** The program that the user's image holds beside Spark; it takes the options of `velib batch`. */
const program = "local:///opt/velib/batch.py";
const configFolder = "/etc/velib/config";

/**
 * The batch as a ScheduledSparkApplication of the Spark operator (`sparkoperator.k8s.io/v1beta2`). Its webhook mounts
 * what the driver and the executors need. The operator has no deadline for a start: `startingDeadline` and `timeout`
 * are those of the CronJob, and a run here is bounded by Spark's own settings.
 */
export function sparkBatch(
  pipeline: VelibPipeline,
  batch: Batch,
  spark: NonNullable<Batch["spark"]>,
  { config, references }: PodInputs,
  suspend: boolean,
): KubeObject {
  const name = workloadNames(pipeline).of("batch");
  const labels = workloadLabels(pipeline, "batch");
  const pod = {
    cores: spark.cores,
    memory: spark.memory,
    labels,
    configMaps: [{ name, path: configFolder }],
    secrets: [...config.secrets, ...references.secrets].map(({ what, secretName }) => ({
      name: secretName,
      path: `${secretsFolder}/${what}`,
      secretType: "Generic",
    })),
    volumeMounts: [{ name: "files", mountPath: batchFolder }],
    podSecurityContext: { runAsNonRoot: true, fsGroup: fileGroup, seccompProfile: { type: "RuntimeDefault" } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
  return {
    apiVersion: "sparkoperator.k8s.io/v1beta2",
    kind: "ScheduledSparkApplication",
    metadata: { name, labels },
    spec: {
      schedule: batch.schedule,
      timeZone: batch.timeZone,
      concurrencyPolicy: "Forbid",
      successfulRunHistoryLimit: Math.max(1, batch.historyLimits.successful),
      failedRunHistoryLimit: Math.max(1, batch.historyLimits.failed),
      suspend,
      template: {
        type: "Python",
        pythonVersion: "3",
        mode: "cluster",
        sparkVersion: spark.version,
        image: spark.image,
        mainApplicationFile: program,
        arguments: ["--config", `${configFolder}/${batchConfigKey}`, "--out", batchFolder],
        restartPolicy: { type: "OnFailure", onFailureRetries: 2, onFailureRetryInterval: 30 },
        volumes: [{ name: "files", persistentVolumeClaim: { claimName: batchClaim(pipeline, batch) } }],
        driver: { ...pod, serviceAccount: spark.serviceAccountName },
        executor: { ...pod, instances: spark.executors },
      },
    },
  };
}
