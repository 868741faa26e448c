import type { Autoscaling } from "../../api/processing.ts";
import type { ObservedObjects } from "../backbone/observed-objects.ts";
import { autoscaling } from "./autoscaling.ts";
import { type ComponentObjects, configMap, podInputs, type WorkloadContext } from "./component-parts.ts";
import { deployment } from "./deployment.ts";
import { disruptionBudget } from "./disruption.ts";
import { scaledObjectKind } from "./workload-kinds.ts";
import { workloadNames } from "./workload-names.ts";

/**
 * The aggregators: they share the log's partitions. Their number is left to the autoscaler that is asked for; where its
 * kind is not served there are `minReplicas`. A suspended pipeline has none of them, and no autoscaler either, which
 * would start them again.
 */
export function aggregators(context: WorkloadContext): ComponentObjects {
  const { pipeline, activity, settings, connections, observed } = context;
  const inputs = podInputs(context, "aggregator", null);
  if ("reason" in inputs) return inputs;

  const { replicas, autoscaling: asked } = pipeline.spec.aggregation;
  const isAutoscaled = asked?.mode === "Auto" && isServed(asked.engine, observed);
  const wanted = asked?.mode !== "Auto" ? replicas : isAutoscaled ? null : asked.minReplicas;
  const name = workloadNames(pipeline).of("aggregator");
  const parts = {
    ...inputs,
    component: "aggregator",
    name,
    replicas: activity.consuming ? wanted : 0,
    strategy: "Surge",
    terminationGraceSeconds: 60,
    args: ["aggregate"],
    files: { config: { configMapName: name, key: "aggregator.json" }, claims: [], scratch: "128Mi" },
  } as const;
  const most = asked?.mode === "Auto" ? asked.maxReplicas : replicas;
  return {
    objects: [
      configMap(pipeline, "aggregator", { "aggregator.json": inputs.config }),
      deployment(pipeline, parts, settings),
      ...disruptionBudget(pipeline, "aggregator", most),
      ...(asked?.mode === "Auto" && activity.consuming ? autoscaling(pipeline, asked, connections.kafka) : []),
    ],
  };
}

function isServed(engine: Autoscaling["engine"], observed: ObservedObjects): boolean {
  return engine === "HPA" || observed.isServed(scaledObjectKind);
}
