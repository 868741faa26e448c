import type { Batch } from "../../api/processing.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { dataAnnotations } from "../backbone/retained-objects.ts";
import { workloadLabels, workloadNames } from "./workload-names.ts";

/** Where the batch writes the day's files. */
export const batchFolder = "/var/lib/velib/batch";

/** Key of the batch's configuration in its ConfigMap. */
export const batchConfigKey = "batch.json";

/** The claim that the files are in. */
export function batchClaim(pipeline: VelibPipeline, { storage }: Batch): string {
  return storage.claimName ?? workloadNames(pipeline).batchVolume;
}

/** The claim, where the spec asks for one to be made; kept with its files when the pipeline goes, if it says so. */
export function batchVolume(pipeline: VelibPipeline, { storage: { volume } }: Batch): KubeObject[] {
  if (volume === undefined) return [];
  const { size, storageClassName, accessMode } = volume;
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name: workloadNames(pipeline).batchVolume,
        labels: workloadLabels(pipeline, "batch"),
        annotations: dataAnnotations(pipeline),
      },
      spec: {
        accessModes: [accessMode],
        resources: { requests: { storage: size } },
        ...(storageClassName === undefined ? {} : { storageClassName }),
      },
    },
  ];
}
