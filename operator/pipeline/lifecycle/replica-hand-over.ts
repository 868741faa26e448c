import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeApi } from "../../runtime/kube-api.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { isRecord } from "../../runtime/kube-payload.ts";
import { appliedFields } from "../../runtime/managed-fields.ts";
import type { PipelineCaches } from "../pipeline-caches.ts";
import { fieldManager } from "../pipeline-names.ts";
import type { StoredDeployment } from "../trimmed-objects.ts";

/** Owns the number of pods from when the operator lets go of it until an autoscaler sets it. */
const keeper = `${fieldManager}-replicas`;

/**
 * Lets go of `replicas` where an autoscaler is to set it. A field that its only owner leaves out falls back to its
 * default: five pods would become one, so a second owner takes it over first. Never with 0, from which a
 * HorizontalPodAutoscaler does not scale.
 */
export async function handOverReplicas(
  api: KubeApi,
  { deployments }: Pick<PipelineCaches, "deployments">,
  running: readonly StoredDeployment[],
  desired: readonly KubeObject[],
  { spec }: VelibPipeline,
  signal: AbortSignal,
): Promise<void> {
  for (const { kind, metadata, spec: wanted } of desired) {
    if (kind !== "Deployment" || !isRecord(wanted) || wanted.replicas !== undefined) continue;
    const live = running.find((each) => each.metadata.name === metadata.name);
    if (live === undefined || !ownsReplicas(live)) continue;
    const replicas = live.spec.replicas || (spec.aggregation.autoscaling?.minReplicas ?? 1);
    const { name, namespace, uid } = live.metadata;
    const object = { apiVersion: live.apiVersion, kind, metadata: { name, namespace, uid }, spec: { replicas } };
    deployments.observe(await api.apply(deployments.type, object, { fieldManager: keeper, force: true, signal }));
  }
}

function ownsReplicas(live: StoredDeployment): boolean {
  const fields = appliedFields(live, fieldManager);
  const spec = isRecord(fields) ? fields["f:spec"] : null;
  return isRecord(spec) && spec["f:replicas"] !== undefined;
}
