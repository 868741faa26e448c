import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { instanceLabel, namespaceOf } from "../backbone/backbone-names.ts";

/**
 * Labels of the samples of a pipeline's pods, as its PodMonitor sets them: several pipelines may share a namespace, and
 * several namespaces a Prometheus.
 */
export function samplesOf(pipeline: VelibPipeline): string {
  return `namespace="${namespaceOf(pipeline)}",pipeline="${instanceLabel(pipeline)}"`;
}

/** Seconds as PromQL writes a range: `90s`. */
export function range(seconds: number): string {
  return `${Math.ceil(seconds)}s`;
}
