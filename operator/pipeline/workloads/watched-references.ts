import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { effectiveTemplate } from "./effective-template.ts";
import { sourceSecrets } from "./source-document.ts";
import { workloadComponents } from "./workload-names.ts";

/**
 * Names of the Secrets and ConfigMaps that a pipeline's pods are started with, beside those of its backbone. A change
 * of any of them is a reason to look at the pipeline again. Each name once, in alphabetical order.
 */
export function workloadReferenceNames(pipeline: VelibPipeline): { secrets: string[]; configMaps: string[] } {
  const { sources, users, api, zones } = pipeline.spec;
  const variables = workloadComponents.flatMap((component) => effectiveTemplate(pipeline, component).env ?? []);
  return {
    secrets: names([
      ...sources.flatMap(sourceSecrets).map(({ secretName }) => secretName),
      users?.personalData.hashKeySecretKeyRef?.name,
      api.authentication?.bearerTokens.secretRef.name,
      ...variables.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
    ]),
    configMaps: names([
      zones?.geojson?.configMapRef.name,
      ...variables.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
    ]),
  };
}

function names(all: readonly (string | undefined)[]): string[] {
  return [...new Set(all.filter((name) => name !== undefined))].sort();
}
