import { Compile } from "typebox/compile";
import { VelibError } from "../../core/errors.ts";
import type { KubeObject } from "../runtime/kube-object.ts";
import { type ModelTraining, ModelTrainingSpec } from "./model-training.ts";
import { VelibPipelineStatus } from "./pipeline-status.ts";
import { apiVersion, modelTrainingNames, velibPipelineNames } from "./resource-names.ts";
import { ModelTrainingStatus } from "./training-status.ts";
import { type VelibPipeline, VelibPipelineSpec } from "./velib-pipeline.ts";

/** Each event of a resource is checked: compiled, that is a tenth of the work. */
const checks = {
  pipelineSpec: Compile(VelibPipelineSpec),
  pipelineStatus: Compile(VelibPipelineStatus),
  trainingSpec: Compile(ModelTrainingSpec),
  trainingStatus: Compile(ModelTrainingStatus),
};

/**
 * A VelibPipeline out of an object of the API, defaults filled in; the object stays as it is. A status that an older
 * version wrote differently counts as none: it is written anew.
 * @throws VelibError VELIB_RESOURCE_INVALID when the CRD that let it in is not this version's
 */
export function parseVelibPipeline(object: KubeObject): VelibPipeline {
  const { status, ...rest } = object;
  const spec = parsed(checks.pipelineSpec, object);
  const pipeline = { ...rest, apiVersion, kind: velibPipelineNames.kind, spec };
  return checks.pipelineStatus.Check(status) ? { ...pipeline, status } : pipeline;
}

/**
 * A ModelTraining out of an object of the API, as `parseVelibPipeline`.
 * @throws VelibError VELIB_RESOURCE_INVALID when the CRD that let it in is not this version's
 */
export function parseModelTraining(object: KubeObject): ModelTraining {
  const { status, ...rest } = object;
  const spec = parsed(checks.trainingSpec, object);
  const training = { ...rest, apiVersion, kind: modelTrainingNames.kind, spec };
  return checks.trainingStatus.Check(status) ? { ...training, status } : training;
}

interface Schema<Spec> {
  Default(value: unknown): unknown;
  Check(value: unknown): value is Spec;
  Errors(value: unknown): { instancePath: string; message: string }[];
}

function parsed<Spec>(schema: Schema<Spec>, object: KubeObject): Spec {
  const filled = schema.Default(structuredClone(object.spec));
  if (schema.Check(filled)) return filled;
  const [first] = schema.Errors(filled);
  const path = `spec${first?.instancePath.replaceAll("/", ".") ?? ""}`;
  const where = [object.metadata.namespace, object.metadata.name].filter(Boolean).join("/");
  throw new VelibError(
    "VELIB_RESOURCE_INVALID",
    `${object.kind} ${where}: ${path} ${first?.message ?? "is invalid"}; apply the CRDs of this operator's version`,
  );
}
