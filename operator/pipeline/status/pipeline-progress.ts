import type { Progress } from "../../runtime/conditions.ts";
import type { PipelineFinding } from "./component-findings.ts";

/** Nothing of these turns by itself: someone has to change something first. */
const terminalReasons = new Set([
  "CrdMissing",
  "SecretMissing",
  "SecretKeyMissing",
  "ConfigMapMissing",
  "ConfigMapKeyMissing",
  "ClusterMissing",
  "ListenerMissing",
  "ServiceAccountMissing",
  "NotOurs",
  "PartnerPaused",
  "Refused",
  "PodsFailed",
]);

/** Conditions that don't tell of the pipeline's own making: a feed that is down is no failed roll-out. */
const apart = new Set(["DataFresh", "DeadLetters", "Suspended", "Drained", "ReconciliationPaused", "CleanUpFailed"]);

/**
 * Where a pipeline stands as a whole, in kstatus's terms: stalled by the first component that needs someone's help, else
 * under way while any is, else ready. The order of the findings is that of the data's way, so that the cause comes first.
 */
export function pipelineProgress(findings: readonly PipelineFinding[], draining: boolean): Progress {
  const missing = findings.filter(
    ({ type, status, reason }) => status !== "True" && !apart.has(type) && reason !== "JobFailed",
  );
  const stalling = missing.find(({ reason }) => terminalReasons.has(reason));
  if (stalling !== undefined) return { state: "Stalled", reason: stalling.reason, message: saying(stalling) };
  const [first] = missing;
  if (first !== undefined) return { state: "Reconciling", reason: first.reason, message: saying(first) };
  if (draining)
    return { state: "Reconciling", reason: "Draining", message: "Suspended: the backlog is worked off first" };
  const suspended = findings.find(({ type, status }) => type === "Suspended" && status === "True");
  if (suspended) return { state: "Ready", reason: "Suspended", message: suspended.message };
  return { state: "Ready", reason: "Ready", message: "All components are ready" };
}

function saying({ type, message }: PipelineFinding): string {
  return message === "" ? type : `${type}: ${message}`;
}
