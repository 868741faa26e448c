import { describe, expect, it } from "vitest";
import type { VelibPipelineStatus } from "../../api/pipeline-status.ts";
import { transitionsBetween } from "./transitions.ts";

function status(
  conditions: [type: string, status: "True" | "False", reason?: string, message?: string][],
  fresh?: boolean,
) {
  return {
    conditions: conditions.map(([type, is, reason = "Any", message = ""]) => ({
      type,
      status: is,
      reason,
      message,
      lastTransitionTime: "2026-01-05T12:00:00Z",
    })),
    sources: [{ name: "paris", kind: "gbfs", ...(fresh === undefined ? {} : { fresh }) }],
  } satisfies VelibPipelineStatus;
}

describe("what turns between two statuses", () => {
  it.each<[string, VelibPipelineStatus, VelibPipelineStatus, string[]]>([
    ["nothing when they are equal", status([["Ready", "True"]], true), status([["Ready", "True"]], true), []],
    ["getting ready", {}, status([["Ready", "True"]]), ["Ready"]],
    ["stalling", status([["Stalled", "False"]]), status([["Stalled", "True"]]), ["Stalled"]],
    ["a source that turns stale", status([], true), status([], false), ["SourceStale"]],
    ["nothing of a source that stays stale", status([], false), status([], false), []],
    ["nothing of a source that was never fresh", status([]), status([], false), []],
    ["a source that recovers", status([], false), status([], true), ["SourceRecovered"]],
    ["nothing of a source's first poll", status([]), status([], true), []],
    [
      "a stop",
      status([["Suspended", "False", "Draining"]]),
      status([["Suspended", "True", "Suspended"]]),
      ["Suspended"],
    ],
    [
      "going on",
      status([["Suspended", "True", "Suspended"]]),
      status([["Suspended", "False", "Running"]]),
      ["Resumed"],
    ],
    ["nothing of a start", {}, status([["Suspended", "False", "Running"]]), []],
  ])("%s", (_name, before, after, reasons) => {
    expect(transitionsBetween(before, after).map(({ reason }) => reason)).toEqual(reasons);
  });

  it("tells of each failed run of the batch once", () => {
    const failed = (job: string) => status([["BatchReady", "False", "JobFailed", `Job ${job} failed: no disk`]]);

    expect(transitionsBetween({}, failed("a"))).toMatchObject([{ notice: { event: "JobFailed" } }]);
    expect(transitionsBetween(failed("a"), failed("a"))).toEqual([]);
    expect(transitionsBetween(failed("a"), failed("b"))).toHaveLength(1);
  });
});
