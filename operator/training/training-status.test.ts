import { describe, expect, it } from "vitest";
import { apiVersion } from "../api/resource-names.ts";
import type { ModelTrainingStatus } from "../api/training-status.ts";
import type { LiveObject } from "../runtime/kube-object.ts";
import { storedTraining } from "./stored-training.ts";
import { failedAt, resultOf, runOf, succeededAt, trainingOf } from "./testing/training-examples.ts";
import {
  type TrainingView,
  trainingConditionReasons,
  trainingFindings,
  trainingProgress,
} from "./training-findings.ts";
import { invalidStatus, isSameStatus, pausedStatus, trainingStatus } from "./training-status.ts";

const now = new Date("2024-11-09T04:00:00Z");
const later = new Date("2024-11-09T05:00:00Z");
const resting = { due: null, superseded: [], isBlocked: false };
const own = { specHash: "abcde" };
const end = "2024-11-09T03:05:00Z";
const scheduled = { schedule: "15 2 * * *" };
const broken = resultOf("paris-full-abcde-1", end, { outcome: "NotTrained", reason: "Error", message: "exit code 1" });
const poor = resultOf("paris-full-abcde-1", end, {
  outcome: "NotTrained",
  reason: "NotEnoughData",
  message: "too few",
});
const good = resultOf("paris-full-abcde-1", end, { modelVersion: "v2" });

function viewOf(more: Partial<TrainingView> = {}): TrainingView {
  return {
    training: trainingOf(),
    held: null,
    failures: [],
    plan: resting,
    runs: [],
    record: { history: [], servingVersion: null },
    ...more,
  };
}

const withResult = (result: typeof good) => ({ record: { history: [result], servingVersion: "v2" } });

function stored(status: ModelTrainingStatus = {}, spec: Record<string, unknown> = {}) {
  const training: LiveObject = trainingOf(spec);
  return storedTraining({ ...training, status });
}

describe("where a training stands", () => {
  it.each<[string, Partial<TrainingView>, string, string]>([
    ["before its first run", {}, "Reconciling", "Training"],
    ["while a run is due", { plan: { ...resting, due: "paris-full-abcde-1" } }, "Reconciling", "Training"],
    [
      "while its run goes on",
      { runs: [runOf("paris-full-abcde-1", own)], ...withResult(good) },
      "Reconciling",
      "Training",
    ],
    [
      "while a run for another spec is being ended",
      { plan: { due: "b", superseded: [], isBlocked: true }, ...withResult(good) },
      "Reconciling",
      "Superseding",
    ],
    ["with a model", withResult(good), "Ready", "Trained"],
    ["with a run that broke off", withResult(broken), "Stalled", "Error"],
    ["with too little history", withResult(poor), "Stalled", "NotEnoughData"],
    ["suspended", { training: trainingOf({ suspend: true }), ...withResult(broken) }, "Ready", "Suspended"],
    ["scheduled", { training: trainingOf(scheduled) }, "Ready", "Scheduled"],
    [
      "scheduled, while such a run goes on",
      { training: trainingOf(scheduled), runs: [runOf("paris-full-28850535")] },
      "Ready",
      "Scheduled",
    ],
    [
      "scheduled, with too little history",
      { training: trainingOf(scheduled), ...withResult(poor) },
      "Ready",
      "Scheduled",
    ],
    [
      "scheduled, with a run that broke off",
      { training: trainingOf(scheduled), ...withResult(broken) },
      "Stalled",
      "Error",
    ],
    [
      "without its pipeline",
      { held: { reason: "PipelineMissing", message: "create it" }, ...withResult(good) },
      "Stalled",
      "PipelineMissing",
    ],
    [
      "with a pipeline that is being set up",
      { held: { reason: "Provisioning", message: "its operator works on it" } },
      "Reconciling",
      "Provisioning",
    ],
  ])("%s", (_, more, state, reason) => {
    expect(trainingProgress(viewOf(more))).toMatchObject({ state, reason });
  });

  it.each([{}, withResult(good), withResult(broken), withResult(poor), { training: trainingOf({ suspend: true }) }])(
    "is told by reasons of the closed lists only: %#",
    (more) => {
      for (const { type, reason } of trainingFindings(viewOf(more))) {
        expect(trainingConditionReasons[type]).toContain(reason);
      }
    },
  );
});

describe("the status of a training", () => {
  it("is equal to the one before when nothing turned, whatever the time", () => {
    const view = viewOf({ runs: [runOf("paris-full-abcde-1", { ...own, ...succeededAt(end) })], ...withResult(good) });
    const first = trainingStatus(stored(), view, now);

    const second = trainingStatus(stored({ ...first, conditions: first.conditions?.toReversed() }), view, later);

    expect(isSameStatus(first, second)).toBe(true);
  });

  it("names the run that goes on, and when runs were last begun and ended well", () => {
    const runs = [
      runOf("c", { begunAt: "2024-11-09T03:20:00Z" }),
      runOf("b", { begunAt: "2024-11-09T03:10:00Z", ...failedAt("2024-11-09T03:15:00Z") }),
      runOf("a", succeededAt(end)),
    ];

    expect(trainingStatus(stored(), viewOf({ runs }), now)).toMatchObject({
      activeJob: "c",
      lastScheduleTime: "2024-11-09T03:20:00Z",
      lastSuccessfulTime: end,
    });
  });

  it("remembers these times when the Jobs are gone", () => {
    const before = { lastScheduleTime: "2024-11-09T03:00:00Z", lastSuccessfulTime: end };

    expect(trainingStatus(stored(before), viewOf(), now)).toMatchObject(before);
  });

  it("drops Suspended when the training goes on", () => {
    const suspended = trainingStatus(stored(), viewOf({ training: trainingOf({ suspend: true }) }), now);
    const types = ({ conditions = [] }: ModelTrainingStatus) => conditions.map(({ type }) => type);

    expect(types(suspended)).toContain("Suspended");
    expect(types(trainingStatus(stored(suspended), viewOf(), later))).not.toContain("Suspended");
  });

  it("keeps all but its conditions while it is paused", () => {
    const before = trainingStatus(stored(), viewOf(withResult(good)), now);

    const paused = pausedStatus(stored(before), later);

    expect({ ...paused, conditions: [] }).toEqual({ ...before, conditions: [] });
    expect(paused.conditions).toContainEqual(
      expect.objectContaining({ type: "Ready", status: "True", reason: "Paused" }),
    );
    expect(paused.conditions).toContainEqual(expect.objectContaining({ type: "ReconciliationPaused", status: "True" }));
  });

  it("says what of a spec can't be read, and keeps what runs came to", () => {
    const { metadata } = trainingOf();
    const { history } = trainingStatus(stored(), viewOf(withResult(good)), now);
    const spec = { pipelineRef: 1 };
    const unreadable = storedTraining({ apiVersion, kind: "ModelTraining", metadata, spec, status: { history } });

    expect(invalidStatus(unreadable, now).history).toEqual(history);
    expect(invalidStatus(unreadable, now).conditions).toContainEqual(
      expect.objectContaining({ type: "Stalled", status: "True", reason: "InvalidResource" }),
    );
  });
});
