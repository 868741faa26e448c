import type { ObjectChange } from "../../runtime/apply-set.ts";
import type { EventRecorder } from "../../runtime/event-recorder.ts";
import type { LiveObject } from "../../runtime/kube-object.ts";
import type { Restart } from "../workloads/restarts.ts";

/** Tells of each Deployment whose pods were replaced by what was just applied, and why. */
export function recordRolls(
  events: EventRecorder,
  pipeline: LiveObject,
  restarts: readonly Restart[],
  changes: readonly ObjectChange[],
): void {
  const configured = new Set(
    changes
      .filter(({ action, type }) => action === "configured" && type.kind === "Deployment")
      .map(({ key }) => key.name),
  );
  for (const { deployment, effect, reasons } of restarts) {
    if (effect !== "Rolled" || !configured.has(deployment)) continue;
    events.record(pipeline, {
      type: "Normal",
      reason: "Rolled",
      action: "Roll",
      note: `Deployment ${deployment}: ${reasons.join(", ")}`,
    });
  }
}
