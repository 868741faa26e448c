import type { Finding } from "../../runtime/conditions.ts";
import type { WaitingReason } from "../connections.ts";
import { type ComponentPlan, firstWaiting } from "./component-plan.ts";

/** Why a component can be used. */
export const readyReasons = [
  /** The partner's operator reports the objects as ready. */
  "Ready",
  /** It is the user's own, and what the spec says of it is complete: whether it answers shows at the pods that use it. */
  "Configured",
] as const;
export type ReadyReason = (typeof readyReasons)[number];

/** Reasons of KafkaReady, MongodbReady, CassandraReady and SchemaRegistryReady: a closed list. */
export type BackboneReason = ReadyReason | WaitingReason;

/** What a component's condition says; not ready also while it can be used and its operator still works on it. */
export function findingOf({
  connection,
  states,
}: Pick<ComponentPlan<unknown>, "connection" | "states">): Omit<Finding, "type"> & { reason: BackboneReason } {
  const waiting = connection.state === "waiting" ? connection : firstWaiting(states);
  if (waiting !== null) return { status: "False", reason: waiting.reason, message: waiting.message };
  if (states.length === 0) {
    return {
      status: "True",
      reason: "Configured",
      message: "It is the user's own; what the spec says of it is complete",
    };
  }
  return { status: "True", reason: "Ready", message: "" };
}
