import type { TSchema } from "typebox";
import Value from "typebox/value";
import { VelibError } from "../../core/errors.ts";
import type { KubeObject } from "../runtime/kube-object.ts";
import { type ModelTraining, ModelTrainingSpec } from "./model-training.ts";
import { VelibPipelineStatus } from "./pipeline-status.ts";
import { apiVersion, modelTrainingNames, velibPipelineNames } from "./resource-names.ts";
import { ModelTrainingStatus } from "./training-status.ts";
import { type VelibPipeline, VelibPipelineSpec } from "./velib-pipeline.ts";

/**
 * A VelibPipeline out of an object of the API, defaults filled in; the object stays as it is. A status that an older
 * version wrote differently counts as none: it is written anew.
 * @throws VelibError VELIB_RESOURCE_INVALID when the CRD that let it in is not this version's
 */
export function parseVelibPipeline(object: KubeObject): VelibPipeline {
  const { status, ...rest } = object;
  const spec = parsed(VelibPipelineSpec, object);
  const pipeline = { ...rest, apiVersion, kind: velibPipelineNames.kind, spec };
  return Value.Check(VelibPipelineStatus, status) ? { ...pipeline, status } : pipeline;
}

/**
 * A ModelTraining out of an object of the API, as `parseVelibPipeline`.
 * @throws VelibError VELIB_RESOURCE_INVALID when the CRD that let it in is not this version's
 */
export function parseModelTraining(object: KubeObject): ModelTraining {
  const { status, ...rest } = object;
  const spec = parsed(ModelTrainingSpec, object);
  const training = { ...rest, apiVersion, kind: modelTrainingNames.kind, spec };
  return Value.Check(ModelTrainingStatus, status) ? { ...training, status } : training;
}

function parsed<T extends TSchema>(schema: T, object: KubeObject) {
  const filled = Value.Default(schema, structuredClone(object.spec));
  if (Value.Check(schema, filled)) return filled;
  const [first] = Value.Errors(schema, filled);
  const path = `spec${first?.instancePath.replaceAll("/", ".") ?? ""}`;
  const where = [object.metadata.namespace, object.metadata.name].filter(Boolean).join("/");
  throw new VelibError(
    "VELIB_RESOURCE_INVALID",
    `${object.kind} ${where}: ${path} ${first?.message ?? "is invalid"}; apply the CRDs of this operator's version`,
  );
}
