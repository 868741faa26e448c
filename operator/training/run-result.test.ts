import Value from "typebox/value";
import { describe, expect, it } from "vitest";
import { terminationMessageBytes } from "../../core/models/training-result.ts";
import { ModelTrainingStatus } from "../api/training-status.ts";
import type { KubeObject } from "../runtime/kube-object.ts";
import { resultOfRun } from "./run-result.ts";
import { resultDocument } from "./testing/result-documents.ts";
import { failedAt, runOf, succeededAt } from "./testing/training-examples.ts";
import type { TrainingRun } from "./training-run.ts";

const time = "2024-11-09T03:05:00Z";

function ended(end: Pick<TrainingRun, "end">) {
  const run = runOf("paris-full-abcde-1", end);
  if (run.end === null) throw new Error("the run goes on");
  return { ...run, end: run.end };
}

function podOf(exitCode: number, message?: string, finishedAt = time, reason = exitCode === 0 ? "Completed" : "Error") {
  const terminated = { exitCode, reason, finishedAt, ...(message === undefined ? {} : { message }) };
  const pod: KubeObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod" },
    status: { containerStatuses: [{ name: "training", state: { terminated } }] },
  };
  return pod;
}

describe("the result of a run that ended well", () => {
  it("is what velib train wrote, candidate, serving model and persistence side by side", () => {
    const { result, servingVersion } = resultOfRun(ended(succeededAt(time)), [
      podOf(0, JSON.stringify(resultDocument())),
    ]);

    expect(result).toMatchObject({
      time,
      job: "paris-full-abcde-1",
      outcome: "NotPromoted",
      reason: "NotBetterThanPersistence",
      modelVersion: "20241111-6a6fd880",
      data: { polls: 43_200, stations: 1_482 },
      candidate: {
        version: "20241111-6a6fd880",
        brier: 0.0312345,
        logLoss: 0.112233,
        onset: { calibrationError: 0.00412345 },
      },
      serving: { version: "20241110-00000000", brier: 0.0334567 },
      persistence: { brier: 0.0401234, averagePrecision: 0.812345 },
    });
    expect(result.persistence).not.toHaveProperty("version");
    expect(servingVersion).toBe("20241110-00000000");
  });

  it.each([
    ["all there is", {}],
    ["no serving model", { serving: null, serving_version: null }],
    [
      "nothing learnt",
      { outcome: "NotTrained", reason: "NotEnoughData", candidate: null, persistence: null, serving: null, data: null },
    ],
  ] as const)("fits the status: %s", (_, more) => {
    const { result } = resultOfRun(ended(succeededAt(time)), [podOf(0, JSON.stringify(resultDocument(more)))]);

    expect([...Value.Errors(ModelTrainingStatus, { lastResult: result, history: [result] })]).toEqual([]);
  });

  it("fits the termination message, however long its texts are", () => {
    const longest = Math.max(
      Buffer.byteLength(JSON.stringify(resultDocument())),
      Buffer.byteLength(
        JSON.stringify(resultDocument({ candidate: null, persistence: null, serving: null, message: "€".repeat(500) })),
      ),
    );

    expect(longest).toBeLessThanOrEqual(terminationMessageBytes);
  });

  it("is read from a newer image that adds to it", () => {
    const document = { ...resultDocument(), carbon_grams: 3, data: { ...resultDocument().data, weather: "rain" } };

    expect(resultOfRun(ended(succeededAt(time)), [podOf(0, JSON.stringify(document))]).result.reason).toBe(
      "NotBetterThanPersistence",
    );
  });

  it("is that of the pod that succeeded, not of one that broke off before", () => {
    const pods = [
      podOf(1, JSON.stringify(resultDocument({ outcome: "NotTrained", reason: "Error" })), "2024-11-09T03:04:00Z"),
      podOf(0, JSON.stringify(resultDocument())),
    ];

    expect(resultOfRun(ended(succeededAt(time)), pods).result.outcome).toBe("NotPromoted");
  });
});

describe("the result of a run that broke off", () => {
  it("says what velib train says, and not which version serves", () => {
    const document = resultDocument({
      outcome: "NotTrained",
      reason: "Error",
      message: "model 20241110 is unknown [VELIB_MODEL_UNKNOWN]",
      serving_version: null,
    });

    const read = resultOfRun(ended(failedAt(time)), [podOf(1, JSON.stringify(document))]);

    expect(read.result).toMatchObject({ reason: "Error", message: "model 20241110 is unknown [VELIB_MODEL_UNKNOWN]" });
    expect(read).not.toHaveProperty("servingVersion");
  });

  it.each([
    [
      "the last line of the log where it wrote none",
      [podOf(2, '{"level":50}\nvelib: --horizon: expected a duration\n')],
      "exit code 2; velib: --horizon: expected a duration; BackoffLimitExceeded: Job has reached its limit",
    ],
    [
      "that it needed more memory",
      [podOf(137, undefined, time, "OOMKilled")],
      "exit code 137 (OOMKilled); BackoffLimitExceeded: Job has reached its limit",
    ],
    ["what the Job says where the pod is gone", [], "BackoffLimitExceeded: Job has reached its limit"],
    [
      "the last of several pods",
      [podOf(1, "second", "2024-11-09T03:04:00Z"), podOf(1, "first", "2024-11-09T03:01:00Z")],
      "exit code 1; second; BackoffLimitExceeded: Job has reached its limit",
    ],
  ])("says %s", (_, pods, message) => {
    expect(resultOfRun(ended(failedAt(time)), pods).result).toEqual({
      time,
      job: "paris-full-abcde-1",
      outcome: "NotTrained",
      reason: "Error",
      message,
    });
  });

  it("is an error also when the pod ended well and wrote something else", () => {
    expect(resultOfRun(ended(succeededAt(time)), [podOf(0, '{"kind":"Other"}')]).result).toMatchObject({
      outcome: "NotTrained",
      reason: "Error",
    });
  });
});
