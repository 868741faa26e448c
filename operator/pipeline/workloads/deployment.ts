import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { type PodParts, podTemplate, ports, probes } from "./pod-template.ts";
import { podSelector, workloadLabels } from "./workload-names.ts";
import type { WorkloadSettings } from "./workload-settings.ts";

/** What of a Deployment is a component's own. */
export interface DeploymentParts extends Omit<PodParts, "pod" | "container"> {
  readonly name: string;
  /** Null: an autoscaler sets the number, and the field is left out for it. */
  readonly replicas: number | null;
  /**
   * `Recreate`: the old pod is gone before the new one starts. `Surge`: an old pod stays until a new one is ready, so
   * that a pod that can't start takes nothing down.
   */
  readonly strategy: "Recreate" | "Surge";
  /** Time from SIGTERM to SIGKILL: what is begun is finished and written. */
  readonly terminationGraceSeconds: number;
  readonly container?: Record<string, unknown>;
}

/** A component that runs all the time. */
export function deployment(pipeline: VelibPipeline, parts: DeploymentParts, settings: WorkloadSettings): KubeObject {
  const { name, component, replicas, strategy, terminationGraceSeconds, container, selector } = parts;
  const podParts: PodParts = {
    ...parts,
    pod: { terminationGracePeriodSeconds: terminationGraceSeconds },
    container: { ports, ...probes, ...container },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels: workloadLabels(pipeline, component) },
    spec: {
      ...(replicas === null ? {} : { replicas }),
      revisionHistoryLimit: 3,
      progressDeadlineSeconds: 600,
      strategy:
        strategy === "Recreate"
          ? { type: "Recreate" }
          : { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: { ...podSelector(pipeline, component), ...selector } },
      template: podTemplate(pipeline, podParts, settings),
    },
  };
}
