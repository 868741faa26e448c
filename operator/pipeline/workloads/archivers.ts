import { type ComponentObjects, configMap, podInputs, type WorkloadContext } from "./component-parts.ts";
import { deployment } from "./deployment.ts";
import { disruptionBudget } from "./disruption.ts";
import { workloadNames } from "./workload-names.ts";

/** The archivers: they share the log's partitions, and those of the users. */
export function archivers(context: WorkloadContext): ComponentObjects {
  const { pipeline, activity, settings } = context;
  const inputs = podInputs(context, "archiver", null);
  if ("reason" in inputs) return inputs;

  const { replicas } = pipeline.spec.archive;
  const name = workloadNames(pipeline).of("archiver");
  const parts = {
    ...inputs,
    component: "archiver",
    name,
    replicas: activity.consuming ? replicas : 0,
    strategy: "Surge",
    terminationGraceSeconds: 60,
    args: ["archive"],
    files: { config: { configMapName: name, key: "archiver.json" }, claims: [], scratch: "128Mi" },
  } as const;
  return {
    objects: [
      configMap(pipeline, "archiver", { "archiver.json": inputs.config }),
      deployment(pipeline, parts, settings),
      ...disruptionBudget(pipeline, "archiver", replicas),
    ],
  };
}
