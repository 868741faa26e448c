import { describe, expect, it } from "vitest";
import { expiredRuns, planRuns, wantedRun } from "./run-plan.ts";
import { failedAt, resultOf, runOf, succeededAt, trainingOf } from "./testing/training-examples.ts";
import type { TrainingRun } from "./training-run.ts";

const pinned = { schedule: "15 2 * * *", pin: "20241110-6a6fd880" };
/** The record that holds the results of all runs that ended. */
const recordOf = (runs: readonly TrainingRun[]) => ({
  history: runs.flatMap(({ name, end }) => (end === null ? [] : [resultOf(name, end.time)])),
  servingVersion: null,
});
const begun = (training: ReturnType<typeof trainingOf>, more = {}) => {
  const wanted = wantedRun(training);
  if (wanted === null) throw new Error("no run is wanted");
  return runOf(wanted.name, { specHash: wanted.specHash, ...more });
};

describe("a training without a schedule", () => {
  it("begins a run named after its spec", () => {
    const plan = planRuns(trainingOf(), [], []);

    expect(plan.due).toMatch(/^paris-full-[a-z0-9]{5}-1$/);
    expect(plan.isBlocked).toBe(false);
  });

  it.each([
    ["its run goes on", {}],
    ["its run ended well", succeededAt("2024-11-09T03:05:00Z")],
    ["its run failed", failedAt("2024-11-09T03:05:00Z")],
  ])("begins none while %s", (_, end) => {
    expect(planRuns(trainingOf(), [begun(trainingOf(), end)], []).due).toBeNull();
  });

  it("begins none when the Job is gone and its result is there", () => {
    const { name } = begun(trainingOf());

    expect(planRuns(trainingOf(), [], [resultOf(name, "2024-11-09T03:05:00Z")]).due).toBeNull();
  });

  it.each([
    ["what is learnt", { logisticRegression: { horizon: "30m" } }],
    ["the pin", { pin: "20241110-6a6fd880" }],
    ["the rule of promotion", { promotion: { minimumGain: 0.01 } }],
    ["the time zone", { timeZone: "Europe/Paris" }],
    ["the pods' resources, as after too little memory", { template: { resources: { limits: { memory: "4Gi" } } } }],
  ])("begins another, under another name, when %s changes", (_, spec) => {
    const before = begun(trainingOf(), succeededAt("2024-11-09T03:05:00Z"));

    const { due } = planRuns(trainingOf(spec, { generation: 2 }), [before], []);

    expect(due).toMatch(/^paris-full-[a-z0-9]{5}-2$/);
  });

  it.each([
    ["how many Jobs are kept", { historyLimits: { successful: 9 } }],
    ["the starting deadline", { startingDeadline: "1h" }],
  ])("begins none when only %s changes", (_, spec) => {
    const before = begun(trainingOf(), succeededAt("2024-11-09T03:05:00Z"));

    expect(planRuns(trainingOf(spec, { generation: 2 }), [before], []).due).toBeNull();
  });

  it("begins another when the annotation velib.dev/restartedAt gets another text", () => {
    const before = begun(trainingOf(), succeededAt("2024-11-09T03:05:00Z"));
    const again = trainingOf({}, { annotations: { "velib.dev/restartedAt": "2024-11-10" } });

    expect(planRuns(again, [before], []).due).not.toBeNull();
    expect(planRuns(again, [begun(again), before], []).due).toBeNull();
  });

  it("begins another when a spec comes back that was there before the last one", () => {
    const first = begun(trainingOf(), succeededAt("2024-11-09T03:05:00Z"));
    const second = begun(
      trainingOf({ pin: "20241110-6a6fd880" }, { generation: 2 }),
      succeededAt("2024-11-09T04:05:00Z"),
    );
    const back = trainingOf({}, { generation: 3 });

    expect(planRuns(back, [second, first], []).due).toBe(wantedRun(back)?.name);
    expect(wantedRun(back)?.name).not.toBe(first.name);
  });

  it("ends the run of a spec that is no longer so, and waits until it is gone", () => {
    const old = begun(trainingOf());
    const changed = trainingOf({ timeZone: "Europe/Paris" }, { generation: 2 });

    expect(planRuns(changed, [old], [])).toMatchObject({ superseded: [old], isBlocked: true });
    expect(planRuns(changed, [{ ...old, isTerminating: true }], [])).toMatchObject({ superseded: [], isBlocked: true });
    expect(planRuns(changed, [], [])).toMatchObject({ superseded: [], isBlocked: false });
  });

  it("begins and ends none while it is suspended", () => {
    const old = begun(trainingOf());
    const changed = trainingOf({ timeZone: "Europe/Paris", suspend: true }, { generation: 2 });

    expect(planRuns(changed, [old], [])).toEqual({ due: null, superseded: [], isBlocked: false });
  });

  it("asks for the same name however often it is looked at: what a cache has not seen yet exists once", () => {
    expect(planRuns(trainingOf(), [], []).due).toBe(planRuns(trainingOf(), [], []).due);
  });

  it("has a name of at most 63 characters, under the longest name of a training", () => {
    const training = trainingOf({}, { generation: 46_655 });
    const named = { ...training, metadata: { ...training.metadata, name: "n".repeat(52) } };

    expect(wantedRun(named)?.name.length).toBeLessThanOrEqual(63);
  });
});

describe("a training with a schedule", () => {
  it.each([
    ["its spec is new", { schedule: "15 2 * * *" }],
    ["its spec changed", { schedule: "15 2 * * *", timeZone: "Europe/Paris" }],
  ])("leaves the runs to it when %s", (_, spec) => {
    expect(planRuns(trainingOf(spec), [], [])).toEqual({ due: null, superseded: [], isBlocked: false });
  });

  it("begins one at once for a pin, and ends what would undo it", () => {
    const nightly = runOf("paris-full-28850535");

    const plan = planRuns(trainingOf(pinned), [nightly], []);

    expect(plan).toMatchObject({ superseded: [nightly], isBlocked: true });
    expect(plan.due).not.toBeNull();
  });

  it("begins one at once for the annotation velib.dev/restartedAt", () => {
    const training = trainingOf({ schedule: "15 2 * * *" }, { annotations: { "velib.dev/restartedAt": "now" } });

    expect(planRuns(training, [], []).due).not.toBeNull();
    expect(planRuns(training, [begun(training)], []).due).toBeNull();
  });

  it("keeps the Job that says the pin was seen to, however many runs came since", () => {
    const training = trainingOf({ ...pinned, historyLimits: { successful: 1 } });
    const forPin = begun(training, succeededAt("2024-11-01T03:05:00Z"));
    const nightly = [3, 2].map((day) => runOf(`paris-full-2885053${day}`, succeededAt(`2024-11-0${day}T03:05:00Z`)));

    const expired = expiredRuns(training, [...nightly, forPin], recordOf([...nightly, forPin]));

    expect(expired.map(({ name }) => name)).toEqual(["paris-full-28850532"]);
  });
});

describe("the Jobs that are kept", () => {
  const runs = [
    runOf("running"),
    ...[5, 4, 3].map((minute) => runOf(`good-${minute}`, succeededAt(`2024-11-09T03:0${minute}:00Z`))),
    ...[2, 1].map((minute) => runOf(`bad-${minute}`, failedAt(`2024-11-09T03:0${minute}:00Z`))),
  ];

  it.each([
    [{}, ["bad-1"]],
    [{ successful: 1, failed: 2 }, ["good-4", "good-3"]],
    [{ successful: 0, failed: 0 }, ["good-5", "good-4", "good-3", "bad-2", "bad-1"]],
  ])("are the newest within the limits %j", (historyLimits, expired) => {
    expect(expiredRuns(trainingOf({ historyLimits }), runs, recordOf(runs)).map(({ name }) => name)).toEqual(expired);
  });

  it("are not removed before their results are read", () => {
    const training = trainingOf({ historyLimits: { successful: 0, failed: 0 } });

    const expired = expiredRuns(training, runs, recordOf(runs.filter(({ name }) => name !== "bad-2")));

    expect(expired.map(({ name }) => name)).toEqual(["good-5", "good-4", "good-3", "bad-1"]);
  });
});
