import type { ResourceType } from "../runtime/kube-object.ts";

/** The API group of the project's resources. */
export const group = "velib.dev";

/** The version that is served and stored. */
export const version = "v1alpha1";

export const apiVersion = `${group}/${version}` as const;

/** What `kubectl get all` and `kubectl get velib` list. */
export const categories = ["all", "velib"] as const;

/** How a resource is called by users and in addresses. */
export interface ResourceNames {
  kind: string;
  plural: string;
  singular: string;
  shortName: string;
}

export const velibPipelineNames = {
  kind: "VelibPipeline",
  plural: "velibpipelines",
  singular: "velibpipeline",
  shortName: "vp",
} as const satisfies ResourceNames;

export const modelTrainingNames = {
  kind: "ModelTraining",
  plural: "modeltrainings",
  singular: "modeltraining",
  shortName: "mt",
} as const satisfies ResourceNames;

/** The resources as the runtime asks for them. */
export const velibPipelineType: ResourceType = resourceType(velibPipelineNames);
export const modelTrainingType: ResourceType = resourceType(modelTrainingNames);

/** Annotations that users set on the resources. */
export const annotations = {
  /** `"true"`: the operator leaves the pipeline as it is and says so in a condition. */
  pauseReconciliation: "velib.dev/pause-reconciliation",
  /** Any new text: all components restart; with `.<component>` at the end, that one. A ModelTraining trains again. */
  restartedAt: "velib.dev/restartedAt",
} as const;

function resourceType({ kind, plural }: ResourceNames): ResourceType {
  return { apiVersion, kind, plural, namespaced: true };
}
