import { velibPipelineType } from "../api/resource-names.ts";
import { controllerOf, groupOf, type LiveObject, type ObjectKey } from "../runtime/kube-object.ts";
import { labelPrefix } from "./pipeline-names.ts";

/** On every object made for a pipeline, also on those that outlive it and so have no owner reference. */
export const ownerAnnotation = `${labelPrefix}/owner`;

const group = groupOf(velibPipelineType.apiVersion);
const ownerText = `${velibPipelineType.kind}.${group}/`;

/** The pipeline that an object was made for. */
export function owningPipeline({ metadata, ...object }: LiveObject): ObjectKey[] {
  const { namespace = "", annotations } = metadata;
  const controller = controllerOf({ metadata, ...object });
  if (controller !== null) {
    const isPipeline = controller.kind === velibPipelineType.kind && groupOf(controller.apiVersion) === group;
    return isPipeline ? [{ namespace, name: controller.name }] : [];
  }
  const owner = annotations?.[ownerAnnotation];
  return owner?.startsWith(ownerText) ? [{ namespace, name: owner.slice(ownerText.length) }] : [];
}
