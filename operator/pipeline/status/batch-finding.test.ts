import { describe, expect, it } from "vitest";
import type { LiveObject } from "../../runtime/kube-object.ts";
import { pipelineOf } from "../backbone/testing/backbone-pipeline.ts";
import { sparkRunReports } from "../workloads/testing/workload-reports.ts";
import { batchFinding } from "./batch-finding.ts";

const spark = { image: "spark:4", serviceAccountName: "spark" };
const onSpark = pipelineOf({ batch: { engine: "Spark", spark } });
const scheduled = { state: "ready" } as const;
const silent = { state: "waiting", reason: "OperatorSilent", message: "nothing was reported" } as const;
const nothing = { held: null, failures: [], missing: [], isSuspended: false };

function sparkRun(name: string, status: object): LiveObject {
  return {
    apiVersion: "sparkoperator.k8s.io/v1beta2",
    kind: "SparkApplication",
    metadata: { name, uid: name, resourceVersion: "1" },
    status,
  };
}

describe("the batch on Spark", () => {
  it.each([
    ["is scheduled before a run has ended", [], "True Scheduled"],
    ["while the first runs", [sparkRun("a", sparkRunReports.running)], "True Scheduled"],
    ["while Spark is to try it again", [sparkRun("a", sparkRunReports.failing)], "True Scheduled"],
    ["failed with its newest run", [sparkRun("a", sparkRunReports.failed)], "False JobFailed"],
    [
      "recovers with a run that ended later, in whatever order they are listed",
      [sparkRun("b", sparkRunReports.completed), sparkRun("a", sparkRunReports.failed)],
      "True JobSucceeded",
    ],
  ])("%s", (_what, runs, expected) => {
    const [finding] = batchFinding(onSpark, nothing, runs, scheduled);

    expect(`${finding?.status} ${finding?.reason}`).toBe(expected);
  });

  it("names the run that failed, and what Spark's operator says of it", () => {
    const [finding] = batchFinding(onSpark, nothing, [sparkRun("paris-batch-1", sparkRunReports.failed)], scheduled);

    expect(finding?.message).toBe(
      "SparkApplication paris-batch-1 failed: driver container failed with ExitCode: 1, Reason: Error",
    );
  });

  it("is not ready while the Spark operator says nothing, but where it is suspended nothing is to be said", () => {
    const suspended = { ...nothing, isSuspended: true };

    expect(batchFinding(onSpark, nothing, [], silent)).toMatchObject([{ status: "False", reason: "OperatorSilent" }]);
    expect(batchFinding(onSpark, suspended, [], silent)).toMatchObject([{ status: "True", reason: "Suspended" }]);
  });
});
