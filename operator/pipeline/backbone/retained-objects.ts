import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";

/** On objects that stay when their pipeline goes: whoever finds one later sees why it is still there. */
const annotation = "velib.dev/deletion-policy";

/** Annotations of an object that holds a pipeline's data, or the key to it. */
export function dataAnnotations({ spec }: VelibPipeline): Record<string, string> {
  return spec.deletionPolicy === "Retain" ? { [annotation]: "Retain" } : {};
}

/**
 * Whether a desired object outlives its pipeline: it must have no owner reference and must not be pruned. A pipeline
 * of the same name takes it up again.
 */
export function isRetained({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[annotation] === "Retain";
}
