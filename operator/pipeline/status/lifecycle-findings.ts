import type { DrainPhase } from "../lifecycle/drain.ts";
import type { PipelineFinding } from "./component-findings.ts";

/**
 * Suspended and, while it is suspended, Drained.
 * @param atRest no pods of producers and consumers are left
 */
export function suspensionFindings(drain: DrainPhase, atRest: boolean): PipelineFinding[] {
  if (drain.phase === "Running") {
    return [{ type: "Suspended", status: "False", reason: "Running", message: "" }];
  }
  const isOver = drain.phase === "Drained" || drain.phase === "NothingConsumes";
  const suspended: PipelineFinding =
    isOver && atRest
      ? {
          type: "Suspended",
          status: "True",
          reason: "Suspended",
          message: "Nothing is polled and nothing is written; the API goes on serving",
        }
      : { type: "Suspended", status: "False", reason: "Draining", message: "It stops in order: see Drained" };
  return [suspended, drainedFinding(drain)];
}

function drainedFinding(drain: Exclude<DrainPhase, { phase: "Running" }>): PipelineFinding {
  const type = "Drained";
  switch (drain.phase) {
    case "ProducersStopping":
      return { type, status: "False", reason: "ProducersStopping", message: "Producers end what they have begun" };
    case "WorkingOff":
      if (drain.unknown.length === 0) {
        return { type, status: "False", reason: "WorkingOff", message: "What was sent is worked off" };
      }
      return {
        type,
        status: "False",
        reason: "BacklogUnknown",
        message: `No ${drain.unknown.join(" and no ")} says how far it is; look at the pods' logs`,
      };
    case "NothingConsumes":
      return {
        type,
        status: "False",
        reason: "NothingConsumes",
        message: "No aggregator and no archiver runs: what the log holds is worked off when the pipeline goes on",
      };
    default:
      return { type, status: "True", reason: "WorkedOff", message: "All that was sent is in the tables" };
  }
}
