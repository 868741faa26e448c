import Type from "typebox";
import Value from "typebox/value";
import type { KubeObject } from "../../runtime/kube-object.ts";
import type { Waiting, WaitingReason } from "../connections.ts";

/** What a partner's operator says of an object. */
export type PartnerState = { readonly state: "ready" } | Waiting;

const Conditions = Type.Array(
  Type.Object({
    type: Type.String(),
    status: Type.String(),
    reason: Type.Optional(Type.String()),
    message: Type.Optional(Type.String()),
  }),
);

/** Status of Strimzi's kinds: https://strimzi.io/docs/operators/latest/configuring.html#type-KafkaStatus-reference */
const StrimziStatus = Type.Object({
  observedGeneration: Type.Optional(Type.Integer()),
  conditions: Type.Optional(Conditions),
});

/** `MongoDBCommunityStatus` of the operator's api/v1. */
const MongodbStatus = Type.Object({
  phase: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
  mongoUri: Type.Optional(Type.String()),
});

/** `CassandraDatacenterStatus` of cass-operator's apis/cassandra/v1beta1. */
const CassandraStatus = Type.Object({
  observedGeneration: Type.Optional(Type.Integer()),
  cassandraOperatorProgress: Type.Optional(Type.String()),
  conditions: Type.Optional(Conditions),
});

/**
 * Of a Kafka, KafkaTopic or KafkaUser. Strimzi says `Ready` True or False, or `NotReady` True in its place with the
 * reason `Creating` at first; while it is paused only `ReconciliationPaused`.
 */
export function strimziState(object: KubeObject): PartnerState {
  const status = Value.Check(StrimziStatus, object.status) ? object.status : {};
  const conditions = status.conditions ?? [];
  const paused = conditions.find(({ type, status }) => type === "ReconciliationPaused" && status === "True");
  if (paused !== undefined) {
    return waiting("PartnerPaused", object, "Strimzi leaves it alone; remove strimzi.io/pause-reconciliation from it");
  }
  const failure = conditions.find(
    ({ type, status }) => (type === "NotReady" && status === "True") || (type === "Ready" && status === "False"),
  );
  if (failure !== undefined) {
    const { reason = "", message = "" } = failure;
    if (reason === "Creating") return waiting("Provisioning", object, oneLine(message) || "Strimzi deploys it");
    return waiting("PartnerFailed", object, oneLine(`Strimzi reports ${reason}: ${message}`));
  }
  if (!conditions.some(({ type, status }) => type === "Ready" && status === "True")) {
    return silent(object, "the Strimzi operator");
  }
  if ((status.observedGeneration ?? 0) < (object.metadata.generation ?? 0)) {
    return waiting("Provisioning", object, "Strimzi has not acted on its newest spec yet");
  }
  return { state: "ready" };
}

/** Of a MongoDBCommunity: `Pending` also tells of what stays wrong, `Failed` of what it can't do. */
export function mongodbState(object: KubeObject): PartnerState {
  const { phase, message = "" } = Value.Check(MongodbStatus, object.status) ? object.status : {};
  if (phase === "Running") return { state: "ready" };
  if (phase === "Failed") return waiting("PartnerFailed", object, oneLine(`its operator reports: ${message}`));
  if (phase === undefined || phase === "") return silent(object, "the MongoDB Community operator");
  return waiting("Provisioning", object, oneLine(message) || `its operator says ${phase}`);
}

/** Where a replica set is reached, as its operator tells once all members ran: `mongodb://host:port,…/?replicaSet=…`. */
export function mongodbAddress(object: KubeObject): string | null {
  const { mongoUri = "" } = Value.Check(MongodbStatus, object.status) ? object.status : {};
  return mongoUri === "" ? null : mongoUri;
}

/** Progress conditions of cass-operator, in its words; True while the thing goes on. */
const cassandraWork = [
  "Decommission",
  "ReplacingNodes",
  "ResizingVolumes",
  "Resuming",
  "RollingRestart",
  "ScalingDown",
  "ScalingUp",
  "Updating",
];

/** Of a CassandraDatacenter. */
export function cassandraState(object: KubeObject): PartnerState {
  const status = Value.Check(CassandraStatus, object.status) ? object.status : {};
  const conditions = status.conditions ?? [];
  const is = (type: string, wanted: string) =>
    conditions.find((condition) => condition.type === type && condition.status === wanted);
  const invalid = is("Valid", "False");
  if (invalid !== undefined) {
    return waiting("PartnerFailed", object, oneLine(`cass-operator refuses it: ${invalid.message ?? ""}`));
  }
  if (is("Stopped", "True") !== undefined) {
    return waiting("PartnerPaused", object, "it is stopped; remove spec.stopped from it");
  }
  if (status.cassandraOperatorProgress === undefined && conditions.length === 0) return silent(object, "cass-operator");

  const work = cassandraWork.filter((type) => is(type, "True") !== undefined);
  if (is("Ready", "True") === undefined || status.cassandraOperatorProgress !== "Ready" || work.length > 0) {
    const told = work.length === 0 ? "its nodes are not all up yet" : `under way: ${work.join(", ")}`;
    return waiting("Provisioning", object, told);
  }
  if ((status.observedGeneration ?? 0) < (object.metadata.generation ?? 0)) {
    return waiting("Provisioning", object, "cass-operator has not acted on its newest spec yet");
  }
  return { state: "ready" };
}

/** Whether all nodes of a data centre were up once: from then on it can be connected to, also while it is worked on. */
export function isCassandraInitialized(object: KubeObject): boolean {
  const { conditions = [] } = Value.Check(CassandraStatus, object.status) ? object.status : {};
  return conditions.some(({ type, status }) => type === "Initialized" && status === "True");
}

/** @param text begins as what follows the object's name */
export function waiting(reason: WaitingReason, { kind, metadata }: KubeObject, text: string): Waiting {
  return { state: "waiting", reason, message: `${kind} ${metadata.name}: ${text}` };
}

export function silent(object: KubeObject, operator: string): Waiting {
  const text = `nothing has been reported about it; see that ${operator} runs and watches this namespace`;
  return waiting("OperatorSilent", object, text);
}

/** Partners' messages can hold stack traces and whole lists; a condition shows their beginning in one line. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
