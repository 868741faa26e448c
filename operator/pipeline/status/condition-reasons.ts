import type { PipelineConditionType } from "../../api/conditions.ts";
import { readyReasons } from "../backbone/backbone-status.ts";
import { waitingReasons } from "../connections.ts";

/** Why a component's objects could not be written: see `ApplyFailureReason` of the runtime. */
const writeReasons = ["NotOurs", "Terminating", "Refused", "Unavailable"] as const;

/** What the spec names and is not there, beside what the backbone waits for. */
const referenceReasons = ["ConfigMapMissing", "ConfigMapKeyMissing"] as const;

/** What a partner's operator says of an object that another component's condition is about. */
const partnerReasons = ["OperatorSilent", "Provisioning", "PartnerPaused", "PartnerFailed"] as const;

const podReasons = [
  /** All pods run what they are to run, and are ready. */
  "Ready",
  /** The spec asks for no pods. */
  "ScaledToZero",
  /** The pipeline is suspended. */
  "Suspended",
  /** Pods start, are replaced or end. */
  "Progressing",
  /** Pods don't become ready, or can't be created. */
  "PodsFailed",
] as const;

const componentReasons = unique([...podReasons, ...waitingReasons, ...referenceReasons, ...writeReasons]);
const backboneReasons = unique([...readyReasons, ...waitingReasons, ...writeReasons]);

/** What is summed up in Ready, Reconciling and Stalled beside the component's reason that decides. */
export const progressReasons = [
  "Ready",
  "Suspended",
  "Draining",
  "Paused",
  "CleaningUp",
  "InvalidResource",
  ...componentReasons,
] as const;

/** The reasons of each condition: a closed list, from which the reference page is made. */
export const conditionReasons: Readonly<Record<PipelineConditionType, readonly string[]>> = {
  Ready: unique(progressReasons),
  Reconciling: unique([...progressReasons, "Done", "IsStalled"]),
  Stalled: unique([...progressReasons, "Done", "IsReconciling"]),
  KafkaReady: backboneReasons,
  MongodbReady: backboneReasons,
  CassandraReady: backboneReasons,
  SchemaRegistryReady: backboneReasons,
  ProducersReady: componentReasons,
  AggregatorsReady: componentReasons,
  ArchiversReady: componentReasons,
  ApiReady: componentReasons,
  BatchReady: unique(["Scheduled", "JobSucceeded", "JobFailed", "Suspended", ...componentReasons]),
  MonitoringReady: ["Ready", "CrdMissing", ...writeReasons],
  AutoscalingReady: ["Ready", "Advising", "Suspended", "CrdMissing", ...partnerReasons, ...writeReasons],
  DataFresh: ["Fresh", "Stale", "NothingYet", "ApiSilent"],
  DeadLetters: ["Some", "None"],
  Suspended: ["Suspended", "Draining", "Running"],
  Drained: ["WorkedOff", "ProducersStopping", "WorkingOff", "BacklogUnknown", "NothingConsumes"],
  ReconciliationPaused: ["Annotated"],
  CleanUpFailed: ["CleanUpFailed"],
};

function unique(reasons: readonly string[]): readonly string[] {
  return [...new Set(reasons)];
}
