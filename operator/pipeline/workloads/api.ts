import { apiExposure } from "./api-exposure.ts";
import { type ComponentObjects, configMap, podInputs, type WorkloadContext } from "./component-parts.ts";
import { deployment } from "./deployment.ts";
import { disruptionBudget } from "./disruption.ts";
import { podSelector, workloadLabels, workloadNames } from "./workload-names.ts";

/** The port of the API's Service. */
export const servicePort = 80;

/** The API and the console, their Service, and how they are reached from outside. They run while a pipeline is suspended too. */
export function api(context: WorkloadContext): ComponentObjects {
  const { pipeline, settings } = context;
  const inputs = podInputs(context, "api", null);
  if ("reason" in inputs) return inputs;

  const { replicas } = pipeline.spec.api;
  const name = workloadNames(pipeline).of("api");
  const parts = {
    ...inputs,
    component: "api",
    name,
    replicas,
    strategy: "Surge",
    terminationGraceSeconds: 45,
    args: ["serve"],
    files: { config: { configMapName: name, key: "api.json" }, claims: [], scratch: "128Mi" },
    // Proxies go on sending for a moment after a pod has begun to end.
    container: { lifecycle: { preStop: { sleep: { seconds: 5 } } } },
  } as const;
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, labels: workloadLabels(pipeline, "api") },
    spec: {
      type: "ClusterIP",
      selector: podSelector(pipeline, "api"),
      ports: [{ name: "http", port: servicePort, targetPort: "http", protocol: "TCP", appProtocol: "http" }],
    },
  };
  return {
    objects: [
      configMap(pipeline, "api", { "api.json": inputs.config }),
      deployment(pipeline, parts, settings),
      service,
      ...apiExposure(pipeline, name, servicePort),
      ...disruptionBudget(pipeline, "api", replicas),
    ],
  };
}
