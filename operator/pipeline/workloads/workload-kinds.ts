import type { KubeObject, ResourceType } from "../../runtime/kube-object.ts";
import type { PartnerKind } from "../backbone/partner-kinds.ts";
import { secretKind, serviceAccountKind } from "../backbone/partner-kinds.ts";
import { configMapKind } from "./references.ts";

function namespaced(apiVersion: string, kind: string, plural: string): ResourceType {
  return { apiVersion, kind, plural, namespaced: true };
}

function partner(apiVersion: string, kind: string, plural: string, operator: string): PartnerKind {
  return { ...namespaced(apiVersion, kind, plural), crd: `${plural}.${apiVersion.split("/")[0]}`, operator };
}

const keda = "KEDA 2.x (https://keda.sh), or set aggregation.autoscaling.engine to HPA";
const prometheus = "the Prometheus operator (https://prometheus-operator.dev), or leave out spec.monitoring";

/** Kinds that another operator serves. */
export const scaledObjectKind = partner("keda.sh/v1alpha1", "ScaledObject", "scaledobjects", keda);
export const sparkScheduleKind = partner(
  "sparkoperator.k8s.io/v1beta2",
  "ScheduledSparkApplication",
  "scheduledsparkapplications",
  "the Spark operator (https://github.com/kubeflow/spark-operator), or set batch.engine to DuckDB",
);
export const routeKind = partner(
  "gateway.networking.k8s.io/v1",
  "HTTPRoute",
  "httproutes",
  "the Gateway API (https://gateway-api.sigs.k8s.io), or expose the API by an Ingress",
);
export const podMonitorKind = partner("monitoring.coreos.com/v1", "PodMonitor", "podmonitors", prometheus);
export const prometheusRuleKind = partner("monitoring.coreos.com/v1", "PrometheusRule", "prometheusrules", prometheus);
export const partnerWorkloadKinds: readonly PartnerKind[] = [
  scaledObjectKind,
  partner("keda.sh/v1alpha1", "TriggerAuthentication", "triggerauthentications", keda),
  sparkScheduleKind,
  routeKind,
  podMonitorKind,
  prometheusRuleKind,
];

/** A run of a ScheduledSparkApplication, which the Spark operator makes with the labels of that one. */
export const sparkRunKind = namespaced("sparkoperator.k8s.io/v1beta2", "SparkApplication", "sparkapplications");

/** Kubernetes itself reports on it. */
export const podAutoscalerKind = namespaced("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers");

/** Every kind that a pipeline's workloads and its monitoring are made of. */
export const workloadKinds: readonly ResourceType[] = [
  serviceAccountKind,
  configMapKind,
  secretKind,
  namespaced("v1", "Service", "services"),
  namespaced("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
  namespaced("apps/v1", "Deployment", "deployments"),
  namespaced("batch/v1", "CronJob", "cronjobs"),
  namespaced("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
  namespaced("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
  namespaced("networking.k8s.io/v1", "Ingress", "ingresses"),
  podAutoscalerKind,
  ...partnerWorkloadKinds,
];

/** The kind of an object that is made here. */
export function kindOf({ apiVersion, kind }: KubeObject): ResourceType {
  const found = workloadKinds.find((type) => type.apiVersion === apiVersion && type.kind === kind);
  if (found === undefined) throw new TypeError(`${kind} ${apiVersion} is not among the kinds of the workloads`);
  return found;
}
