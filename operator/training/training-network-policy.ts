import type { ModelTraining } from "../api/model-training.ts";
import type { NetworkPeer } from "../pipeline/connections.ts";
import { backboneOf, httpPort } from "../pipeline/workloads/service-config.ts";
import type { WorkloadSettings } from "../pipeline/workloads/workload-settings.ts";
import type { KubeObject } from "../runtime/kube-object.ts";
import type { TrainingInputs } from "./training-inputs.ts";
import { trainingLabels, trainingNames, trainingPodLabels } from "./training-names.ts";

/**
 * What the pods of a training may do where the pipeline has policies: be scraped, and reach the stores. What else its
 * pods may not is said by the pipeline's own policy for all.
 */
export function trainingNetworkPolicy(
  training: ModelTraining,
  { pipeline, connections }: TrainingInputs,
  { operator }: WorkloadSettings,
): KubeObject[] {
  const { enabled, metricsFrom = [{ namespaceSelector: {} }], extraEgress = [] } = pipeline.spec.networkPolicy;
  if (!enabled) return [];
  const fromOperator = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": operator.namespace } },
    podSelector: { matchLabels: operator.labels },
  };
  const peers = backboneOf.trainer.flatMap((name) => {
    const connection = connections[name];
    return connection?.state === "connected" ? connection.peers : [];
  });
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: trainingNames(training).shared, labels: trainingLabels(training, pipeline) },
      spec: {
        podSelector: { matchLabels: trainingPodLabels(training, pipeline) },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ ports: [port(httpPort)], from: [fromOperator, ...metricsFrom] }],
        egress: [{ ports: [port(53, "UDP"), port(53)] }, ...peers.map(toPeer), ...extraEgress],
      },
    },
  ];
}

function toPeer({ port: number, pods }: NetworkPeer): Record<string, unknown> {
  if (pods === undefined) return { ports: [port(number)] };
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": pods.namespace } };
  return { ports: [port(number)], to: [{ namespaceSelector, podSelector: { matchLabels: pods.labels } }] };
}

function port(number: number, protocol: "TCP" | "UDP" = "TCP"): Record<string, unknown> {
  return { port: number, protocol };
}
