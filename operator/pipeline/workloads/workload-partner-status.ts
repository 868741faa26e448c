import Type from "typebox";
import Value from "typebox/value";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { oneLine, type PartnerState, silent, waiting } from "../backbone/partner-status.ts";

const Condition = Type.Object({
  type: Type.String(),
  status: Type.String(),
  reason: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
  observedGeneration: Type.Optional(Type.Integer()),
});
const Conditions = Type.Array(Condition);

/** `ScaledObjectStatus` of KEDA's apis/keda/v1alpha1; it tells no generation. */
const ScaledObjectStatus = Type.Object({ conditions: Type.Optional(Conditions) });

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/ */
const PodAutoscalerStatus = Type.Object({ conditions: Type.Optional(Conditions) });

/** https://gateway-api.sigs.k8s.io/reference/spec/#routestatus */
const RouteStatus = Type.Object({
  parents: Type.Array(Type.Object({ controllerName: Type.String(), conditions: Type.Optional(Conditions) })),
});

/** `ScheduledSparkApplicationStatus` of the Spark operator's api/v1beta2. */
const ScheduleStatus = Type.Object({
  scheduleState: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
});

/** Of a status what the functions here look at: others write times and measurements into theirs again and again. */
export const readStatusMembers = {
  HorizontalPodAutoscaler: Object.keys(PodAutoscalerStatus.properties),
  ScaledObject: Object.keys(ScaledObjectStatus.properties),
  HTTPRoute: Object.keys(RouteStatus.properties),
  ScheduledSparkApplication: Object.keys(ScheduleStatus.properties),
} as const;

/** Of a ScaledObject. `Ready` is Unknown at first, False while a trigger or the target can't be asked. */
export function scaledObjectState(object: KubeObject): PartnerState {
  const { conditions = [] } = Value.Check(ScaledObjectStatus, object.status) ? object.status : {};
  if (conditions.some(({ type, status }) => type === "Paused" && status === "True")) {
    return waiting("PartnerPaused", object, "KEDA leaves it alone; remove autoscaling.keda.sh/paused… from it");
  }
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready === undefined) return silent(object, "KEDA");
  if (ready.status === "True") return { state: "ready" };
  const { reason = "", message = "" } = ready;
  if (ready.status === "Unknown" && reason === "") return waiting("Provisioning", object, "KEDA looks at it");
  return waiting("PartnerFailed", object, oneLine(`KEDA reports ${reason}: ${message}`));
}

/** Of a HorizontalPodAutoscaler, which can't scale while nobody gives the metric; with no pods it rests. */
export function podAutoscalerState(object: KubeObject): PartnerState {
  const { conditions = [] } = Value.Check(PodAutoscalerStatus, object.status) ? object.status : {};
  if (conditions.length === 0) return waiting("Provisioning", object, "Kubernetes looks at it");
  const failure = conditions.find(
    ({ type, status, reason }) =>
      (type === "AbleToScale" || type === "ScalingActive") && status === "False" && reason !== "ScalingDisabled",
  );
  if (failure === undefined) return { state: "ready" };
  const remedy =
    failure.type === "ScalingActive" ? "; see that an adapter gives the pods' metric, such as prometheus-adapter" : "";
  const words = oneLine(`Kubernetes reports ${failure.reason ?? failure.type}: ${failure.message ?? ""}`);
  return waiting("PartnerFailed", object, words + remedy);
}

/** Of an HTTPRoute with one parent: a controller writes only about a gateway that is there and its own. */
export function routeState(object: KubeObject): PartnerState {
  const { parents } = Value.Check(RouteStatus, object.status) ? object.status : { parents: [] };
  const [parent] = parents;
  if (parent === undefined) return silent(object, "a controller of the gateway, and the gateway itself,");
  const { controllerName, conditions = [] } = parent;
  const refused = conditions.find(
    ({ type, status }) => (type === "Accepted" || type === "ResolvedRefs") && status === "False",
  );
  if (refused !== undefined) {
    const { type, reason = "", message = "" } = refused;
    return waiting("PartnerFailed", object, oneLine(`${controllerName} reports not ${type}, ${reason}: ${message}`));
  }
  const accepted = conditions.find(({ type, status }) => type === "Accepted" && status === "True");
  const seen = accepted?.observedGeneration ?? 0;
  if (accepted === undefined || seen < (object.metadata.generation ?? 0)) {
    return waiting("Provisioning", object, `${controllerName} has not acted on its newest spec yet`);
  }
  return { state: "ready" };
}

/** Of a ScheduledSparkApplication that is not suspended: of one that is, the Spark operator says nothing. */
export function sparkScheduleState(object: KubeObject): PartnerState {
  const { scheduleState = "", reason = "" } = Value.Check(ScheduleStatus, object.status) ? object.status : {};
  if (scheduleState === "FailedValidation") {
    return waiting("PartnerFailed", object, oneLine(`the Spark operator refuses it: ${reason}`));
  }
  if (scheduleState === "") return silent(object, "the Spark operator");
  return { state: "ready" };
}
